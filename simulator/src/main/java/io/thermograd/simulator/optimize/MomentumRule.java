package io.thermograd.simulator.optimize;

/** See {@link OptimizerSettings.HeavyBall} and {@link OptimizerSettings.Nesterov}. */
final class MomentumRule implements Optimizer {
  private final double beta;
  private final double l2;
  private final boolean ahead;
  private final double[] velocity;

  MomentumRule(int length, double beta, double l2, boolean ahead) {
    this.beta = beta;
    this.l2 = l2;
    this.ahead = ahead;
    this.velocity = new double[length];
  }

  @Override
  public void update(double[] theta, double[] gradient, double learningRate, double[] delta) {
    for (int i = 0; i < delta.length; i++) {
      double g = l2 == 0 ? gradient[i] : gradient[i] + l2 * theta[i];
      double v = beta * velocity[i] + g;
      velocity[i] = v;
      delta[i] = -learningRate * (ahead ? g + beta * v : v);
    }
  }
}
