package io.thermograd.simulator.optimize;

/** See {@link OptimizerSettings.Adam} and {@link OptimizerSettings.AdamW}. */
final class AdamRule implements Optimizer {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double decay;
  private final boolean decoupled;
  private final double[] mean;
  private final double[] square;
  private final double[] preconditioner;
  private final double[] gain;
  private double power1 = 1;
  private double power2 = 1;

  AdamRule(
      int length, double beta1, double beta2, double epsilon, double decay, boolean decoupled) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.decay = decay;
    this.decoupled = decoupled;
    this.mean = new double[length];
    this.square = new double[length];
    this.preconditioner = new double[length];
    this.gain = new double[length];
  }

  @Override
  public void update(double[] theta, double[] gradient, double learningRate, double[] delta) {
    power1 *= beta1;
    power2 *= beta2;
    double rate = learningRate / (1 - power1);
    double root = Math.sqrt(1 - power2);
    for (int i = 0; i < delta.length; i++) {
      double g = decoupled || decay == 0 ? gradient[i] : gradient[i] + decay * theta[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      square[i] = beta2 * square[i] + (1 - beta2) * g * g;
      double size = Math.sqrt(square[i]);
      double scale = size / root + epsilon;
      double step = -rate * mean[i] / scale;
      // √v̂ follows the gradient, too: ∂√v/∂g = (1−β₂)g/√v.
      double follows = size == 0 ? 0 : (1 - beta2) * g / (size * root);
      gain[i] = rate * ((1 - beta1) - mean[i] * follows / scale) / scale;
      preconditioner[i] = scale;
      delta[i] = decoupled && decay > 0 ? step - learningRate * decay * theta[i] : step;
    }
  }

  @Override
  public double[] preconditioner() {
    return preconditioner;
  }

  @Override
  public double[] gain() {
    return gain;
  }
}
