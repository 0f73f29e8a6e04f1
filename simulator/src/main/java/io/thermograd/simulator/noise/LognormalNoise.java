package io.thermograd.simulator.noise;

import io.thermograd.simulator.random.Gaussians;

/**
 * A Gaussian vector times a lognormal scale: ξ = s·e^(σy)·z/√B, y standard normal. All its moments
 * are finite, yet over a few decades its tail looks like a power law: what a tail-index estimator
 * has to tell from one. Immutable and thread-safe.
 *
 * <p>A batch of B gets one draw divided by √B, as in {@link StudentNoise}. Σ = s²e^(2σ²)·I. Cost: d
 * + 1 variates and one exponential a replica.
 *
 * @param scale s > 0, loss/param
 * @param spread σ ≥ 0, of the scale's logarithm
 */
public record LognormalNoise(int dim, double scale, double spread) implements NoiseModel {

  public LognormalNoise {
    Arguments.dimension(dim);
    Arguments.positive("scale", scale);
    Arguments.notNegative("spread", spread);
  }

  @Override
  public void add(
      double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
    for (int r = 0; r < replicas; r++) {
      double kick = scale * StrictMath.exp(spread * random.next()) / Math.sqrt(batchSize);
      for (int i = 0; i < dim; i++) {
        gradients[i * replicas + r] += kick * random.next();
      }
    }
  }

  @Override
  public void covariance(double[] x, double[][] target) {
    Arguments.scalarMatrix(scale * scale * StrictMath.exp(2 * spread * spread), target);
  }
}
