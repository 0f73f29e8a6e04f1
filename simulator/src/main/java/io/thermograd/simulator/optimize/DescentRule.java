package io.thermograd.simulator.optimize;

/** See {@link OptimizerSettings.Sgd}. */
final class DescentRule implements Optimizer {
  private final double l2;

  DescentRule(double l2) {
    this.l2 = l2;
  }

  @Override
  public void update(double[] theta, double[] gradient, double learningRate, double[] delta) {
    if (l2 == 0) { // not only faster: 0·∞ would be NaN
      for (int i = 0; i < delta.length; i++) {
        delta[i] = -learningRate * gradient[i];
      }
    } else {
      for (int i = 0; i < delta.length; i++) {
        delta[i] = -learningRate * (gradient[i] + l2 * theta[i]);
      }
    }
  }
}
