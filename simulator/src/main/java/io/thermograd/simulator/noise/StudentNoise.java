package io.thermograd.simulator.noise;

import io.thermograd.simulator.random.Gaussians;

/**
 * Student's t with ν degrees of freedom, isotropic: a Gaussian vector over the root of χ²_ν/ν. The
 * norm's tail index is ν. Immutable and thread-safe.
 *
 * <p>A batch of B gets one draw divided by √B: the covariance is right, but the tail keeps the
 * weight that it has in one example, where a mean of B independent ones would come nearer to a
 * Gaussian in its middle.
 *
 * <p>Σ = s²ν/(ν−2)·I, infinite for ν ≤ 2. Cost: d + about 2 variates a replica and two logarithms.
 * Source: G. Marsaglia, W. W. Tsang, doi:10.1145/358407.358414 (gamma variates).
 *
 * @param degrees ν > 0
 * @param scale s > 0, loss/param
 */
public record StudentNoise(int dim, double degrees, double scale) implements NoiseModel {

  public StudentNoise {
    Arguments.dimension(dim);
    Arguments.positive("degrees", degrees);
    Arguments.positive("scale", scale);
  }

  @Override
  public void add(
      double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
    for (int r = 0; r < replicas; r++) {
      double chiSquare = 2 * gamma(degrees / 2, random);
      double kick = scale * Math.sqrt(degrees / (chiSquare * batchSize));
      for (int i = 0; i < dim; i++) {
        gradients[i * replicas + r] += kick * random.next();
      }
    }
  }

  private static double gamma(double shape, Gaussians random) {
    if (shape < 1) {
      double u = random.nextUniform();
      return gamma(shape + 1, random) * StrictMath.pow(u, 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / (3 * Math.sqrt(d));
    while (true) {
      double z = random.next();
      double root = 1 + c * z;
      if (root > 0) {
        double v = root * root * root;
        double u = random.nextUniform();
        if (StrictMath.log(u) < 0.5 * z * z + d * (1 - v + StrictMath.log(v))) {
          return d * v;
        }
      }
    }
  }

  @Override
  public void covariance(double[] x, double[][] target) {
    double v = degrees > 2 ? scale * scale * degrees / (degrees - 2) : Double.POSITIVE_INFINITY;
    Arguments.scalarMatrix(v, target);
  }
}
