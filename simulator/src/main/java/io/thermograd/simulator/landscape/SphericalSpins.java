package io.thermograd.simulator.landscape;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;

/**
 * The spherical three-spin glass, f(x) = −√d Σ_ijk J_ijk x_i x_j x_k with independent standard
 * normal J. It is meant for the unit sphere, where f has mean 0 and covariance d(x·y)³ over the
 * draws of J and the number of minima grows exponentially with d; in the whole space it has no
 * lower bound. What is given here is the function of the surrounding space; {@link Sphere}
 * projects.
 *
 * <p>Value and gradient cost d³ multiplications.
 *
 * <p>Source: A. Crisanti, H.-J. Sommers, Z. Phys. B 87 (1992), doi:10.1007/BF01309287.
 */
public final class SphericalSpins implements Landscape {
  private static final long PURPOSE = 0x5350494EL;

  private final int dim;

  /** The symmetrised coupling −√d J, entry (i, j, k) at (i·d + j)·d + k. */
  private final double[] coupling;

  /**
   * @param dim d ≥ 2
   * @param seed decides the couplings
   */
  public SphericalSpins(int dim, long seed) {
    if (dim < 2 || dim > 200) {
      throw new IllegalArgumentException("dim should be in 2..200: was " + dim);
    }
    this.dim = dim;
    this.coupling = new double[dim * dim * dim];
    SplitMix64 random = SplitMix64.stream(seed, PURPOSE);
    double scale = -Math.sqrt(dim) / 6;
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        for (int k = 0; k < dim; k++) {
          double share = scale * random.nextGaussian();
          coupling[at(i, j, k)] += share;
          coupling[at(i, k, j)] += share;
          coupling[at(j, i, k)] += share;
          coupling[at(j, k, i)] += share;
          coupling[at(k, i, j)] += share;
          coupling[at(k, j, i)] += share;
        }
      }
    }
  }

  private int at(int i, int j, int k) {
    return (i * dim + j) * dim + k;
  }

  @Override
  public String name() {
    return "spherical-spins";
  }

  @Override
  public int dim() {
    return dim;
  }

  @Override
  public double value(double[] x) {
    double[] gradient = new double[dim];
    gradient(x, gradient);
    // Euler: a homogeneous cubic is a third of x·∇f.
    return Vectors.dot(x, gradient) / 3;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    Arrays.fill(gradient, 0);
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        double sum = 0;
        int row = at(i, j, 0);
        for (int k = 0; k < dim; k++) {
          sum += coupling[row + k] * x[k];
        }
        gradient[i] += 3 * sum * x[j];
      }
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        double sum = 0;
        int row = at(i, j, 0);
        for (int k = 0; k < dim; k++) {
          sum += coupling[row + k] * x[k];
        }
        hessian[i][j] = 6 * sum;
      }
    }
  }
}
