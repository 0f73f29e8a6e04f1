package io.thermograd.simulator.noise;

import io.thermograd.simulator.random.Gaussians;
import java.util.Arrays;
import org.ejml.simple.SimpleEVD;
import org.ejml.simple.SimpleMatrix;

/**
 * Gaussian noise with the same covariance Σ everywhere: ξ ~ N(0, Σ/B). Immutable and thread-safe.
 *
 * <p>Cost: d variates a replica; d² multiplications where Σ is not diagonal.
 */
public final class GaussianNoise implements NoiseModel {
  private final double[][] covariance;

  /** A with AAᵀ = Σ; only the diagonal is used where Σ is diagonal. */
  private final double[][] factor;

  private final boolean diagonal;

  private GaussianNoise(double[][] covariance, double[][] factor, boolean diagonal) {
    this.covariance = covariance;
    this.factor = factor;
    this.diagonal = diagonal;
  }

  /**
   * Σ = σ²I.
   *
   * @param variance σ² ≥ 0, (loss/param)² per example
   */
  public static GaussianNoise isotropic(int dim, double variance) {
    double[] variances = new double[Arguments.dimension(dim)];
    Arrays.fill(variances, variance);
    return diagonal(variances);
  }

  /** Σ = diag(variances), each ≥ 0. */
  public static GaussianNoise diagonal(double... variances) {
    int d = Arguments.dimension(variances.length);
    double[][] covariance = new double[d][d];
    double[][] factor = new double[d][d];
    for (int i = 0; i < d; i++) {
      covariance[i][i] = Arguments.notNegative("variance", variances[i]);
      factor[i][i] = Math.sqrt(variances[i]);
    }
    return new GaussianNoise(covariance, factor, true);
  }

  /**
   * Any Σ.
   *
   * @param covariance symmetric and positive semidefinite, both to rounding error
   */
  public static GaussianNoise of(double[][] covariance) {
    int d = Arguments.dimension(covariance.length);
    double largest = 0;
    for (double[] row : covariance) {
      if (row.length != d) {
        throw new IllegalArgumentException(
            "covariance should be square: was %d × %d".formatted(d, row.length));
      }
      for (double v : row) {
        if (!Double.isFinite(v)) {
          throw new IllegalArgumentException("covariance should be finite: was " + v);
        }
        largest = Math.max(largest, Math.abs(v));
      }
    }
    double[][] copy = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        if (Math.abs(covariance[i][j] - covariance[j][i]) > 1e-12 * largest) {
          throw new IllegalArgumentException(
              "covariance should be symmetric: was %s at %d, %d and %s at %d, %d"
                  .formatted(covariance[i][j], i, j, covariance[j][i], j, i));
        }
        copy[i][j] = covariance[i][j];
      }
    }
    return new GaussianNoise(copy, root(copy), false);
  }

  /** V√Λ, which exists for a singular Σ too, where Cholesky's factor breaks down. */
  private static double[][] root(double[][] covariance) {
    int d = covariance.length;
    SimpleEVD<SimpleMatrix> eigen = new SimpleMatrix(covariance).eig();
    double largest = 0;
    for (int k = 0; k < d; k++) {
      largest = Math.max(largest, Math.abs(eigen.getEigenvalue(k).getReal()));
    }
    double[][] factor = new double[d][d];
    for (int k = 0; k < d; k++) {
      double lambda = eigen.getEigenvalue(k).getReal();
      if (lambda < -1e-12 * largest * d) {
        throw new IllegalArgumentException(
            "covariance should have no negative eigenvalue: was " + lambda);
      }
      SimpleMatrix vector = eigen.getEigenVector(k);
      for (int i = 0; i < d; i++) {
        factor[i][k] = Math.sqrt(Math.max(0, lambda)) * vector.get(i);
      }
    }
    return factor;
  }

  @Override
  public int dim() {
    return covariance.length;
  }

  @Override
  public void add(
      double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
    if (diagonal) {
      addDiagonal(replicas, gradients, batchSize, random);
    } else {
      addFull(replicas, gradients, batchSize, random);
    }
  }

  private void addDiagonal(int replicas, double[] gradients, double batchSize, Gaussians random) {
    for (int i = 0; i < factor.length; i++) {
      double scale = factor[i][i] / Math.sqrt(batchSize);
      for (int k = i * replicas; k < (i + 1) * replicas; k++) {
        gradients[k] += scale * random.next();
      }
    }
  }

  private void addFull(int replicas, double[] gradients, double batchSize, Gaussians random) {
    double scale = 1 / Math.sqrt(batchSize);
    double[] z = new double[factor.length];
    for (int r = 0; r < replicas; r++) {
      random.fill(z, 0, z.length);
      for (int i = 0; i < z.length; i++) {
        double sum = 0;
        for (int k = 0; k < z.length; k++) {
          sum += factor[i][k] * z[k];
        }
        gradients[i * replicas + r] += scale * sum;
      }
    }
  }

  @Override
  public void covariance(double[] x, double[][] target) {
    for (int i = 0; i < covariance.length; i++) {
      System.arraycopy(covariance[i], 0, target[i], 0, covariance.length);
    }
  }
}
