package io.thermograd.simulator.noise;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Gaussians;

/**
 * Gaussian noise that grows with the loss: Σ(x) = σ²·max(0, f(x) − lowest)·I, the noise of a model
 * that fits its data in the end. SGD under it is Itô: the occupation is a power law of f, see
 * section 7 of QUANTITIES.md. Immutable and thread-safe. Cost: one value of f and d variates a
 * replica.
 *
 * @param variance σ² ≥ 0, loss/param² per example
 * @param lowest the loss at which the noise vanishes
 */
public record MultiplicativeNoise(Landscape landscape, double variance, double lowest)
    implements NoiseModel {

  public MultiplicativeNoise {
    Arguments.notNegative("variance", variance);
    if (!Double.isFinite(lowest)) {
      throw new IllegalArgumentException("lowest should be finite: was " + lowest);
    }
  }

  @Override
  public int dim() {
    return landscape.dim();
  }

  @Override
  public void add(
      double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
    double[] scales = new double[replicas];
    landscape.values(x, replicas, scales);
    for (int r = 0; r < replicas; r++) {
      scales[r] = Math.sqrt(variance * Math.max(0, scales[r] - lowest) / batchSize);
    }
    for (int i = 0; i < dim(); i++) {
      for (int r = 0; r < replicas; r++) {
        gradients[i * replicas + r] += scales[r] * random.next();
      }
    }
  }

  @Override
  public void covariance(double[] x, double[][] target) {
    Arguments.scalarMatrix(variance * Math.max(0, landscape.value(x) - lowest), target);
  }
}
