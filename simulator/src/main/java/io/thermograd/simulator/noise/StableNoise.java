package io.thermograd.simulator.noise;

import io.thermograd.simulator.random.Gaussians;

/**
 * Symmetric α-stable noise, heavy-tailed for α < 2: P(|ξ| > u) ~ u^−α. Immutable and thread-safe.
 *
 * <p>Isotropic: E exp(ik·ξ) = exp(−(s‖k‖)^α), a Gaussian vector whose variance is a positive
 * α/2-stable variate. Coordinatewise: every coordinate alone has exp(−(s|k|)^α), so that large
 * kicks run along the axes. Both give N(0, 2s²) at α = 2. The mean of B examples has the scale
 * s·B^(1/α−1), exactly: at α < 2 batches average less away than 1/√B, at α ≤ 1 nothing, and there
 * is no mean then.
 *
 * <p>The covariance is infinite for α < 2. Cost: one variate of about 0.3 µs a replica (isotropic)
 * or a coordinate. Source: J. Chambers, C. Mallows, B. Stuck, doi:10.1080/01621459.1976.10480344;
 * M. Kanter, doi:10.1214/aop/1176996309.
 *
 * @param alpha α in (0, 2]
 * @param scale s > 0, loss/param, of one example
 */
public record StableNoise(int dim, double alpha, double scale, boolean isotropic)
    implements NoiseModel {

  public StableNoise {
    Arguments.dimension(dim);
    if (!(alpha > 0 && alpha <= 2)) {
      throw new IllegalArgumentException("alpha should be in (0, 2]: was " + alpha);
    }
    Arguments.positive("scale", scale);
  }

  @Override
  public void add(
      double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
    double s = scale * StrictMath.pow(batchSize, 1 / alpha - 1);
    if (isotropic) {
      for (int r = 0; r < replicas; r++) {
        double kick = s * (alpha == 2 ? Math.sqrt(2) : Math.sqrt(2 * positive(random)));
        for (int i = 0; i < dim; i++) {
          gradients[i * replicas + r] += kick * random.next();
        }
      }
    } else {
      for (int k = 0; k < dim * replicas; k++) {
        gradients[k] += s * symmetric(random);
      }
    }
  }

  /** E e^(ikX) = e^(−|k|^α). */
  private double symmetric(Gaussians random) {
    double angle = StrictMath.PI * (random.nextUniform() - 0.5);
    double w = -StrictMath.log(random.nextUniform());
    // At α = 1 the last factor is 1 and the first two are tan(angle).
    return StrictMath.sin(alpha * angle)
        * StrictMath.pow(StrictMath.cos(angle), -1 / alpha)
        * StrictMath.pow(StrictMath.cos((1 - alpha) * angle) / w, (1 - alpha) / alpha);
  }

  /** E e^(−λA) = e^(−λ^(α/2)). */
  private double positive(Gaussians random) {
    double a = alpha / 2;
    double angle = StrictMath.PI * random.nextUniform();
    double w = -StrictMath.log(random.nextUniform());
    return StrictMath.sin(a * angle)
        * StrictMath.pow(StrictMath.sin(angle), -1 / a)
        * StrictMath.pow(StrictMath.sin((1 - a) * angle) / w, (1 - a) / a);
  }

  @Override
  public void covariance(double[] x, double[][] target) {
    Arguments.scalarMatrix(alpha == 2 ? 2 * scale * scale : Double.POSITIVE_INFINITY, target);
  }
}
