package io.thermograd.simulator.optimize;

import io.thermograd.simulator.random.Gaussians;

/** See {@link OptimizerSettings.Sgld}. */
final class LangevinRule implements Optimizer {
  private final double temperature;
  private final double l2;
  private final Gaussians random;
  private final double[] noise;

  LangevinRule(int length, double temperature, double l2, Gaussians random) {
    this.temperature = temperature;
    this.l2 = l2;
    this.random = random;
    this.noise = new double[length];
  }

  @Override
  public void update(double[] theta, double[] gradient, double learningRate, double[] delta) {
    double scale = Math.sqrt(2 * learningRate * temperature);
    random.fill(noise, 0, noise.length);
    for (int i = 0; i < delta.length; i++) {
      double g = l2 == 0 ? gradient[i] : gradient[i] + l2 * theta[i];
      delta[i] = scale * noise[i] - learningRate * g;
    }
  }
}
