package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;

/**
 * The slowest linear combinations of some functions of a trajectory, from their covariances now and
 * a lag later: the generalised eigenproblem C_τ v = λ C₀ v, made symmetric in time. λ = e^{−τ/t}
 * where a combination relaxes in the time t, and no combination has a larger λ than the slowest
 * mode of all: estimates of t err to the short side (variational principle).
 *
 * <p>Source: F. Noé, F. Nüske, Multiscale Model. Simul. 11, 2013, doi:10.1137/110858616.
 */
final class LaggedModes {
  private static final double RANK = 1e-8;

  private final int f;
  private final double[] sums;
  private final double[] now;
  private final double[] later;
  private double pairs;

  LaggedModes(int functions) {
    f = functions;
    sums = new double[f];
    now = new double[f * f];
    later = new double[f * f];
  }

  /** Adds the functions' values at two moments a lag apart, in both orders. */
  void add(double[] x, double[] y) {
    pairs++;
    for (int i = 0; i < f; i++) {
      sums[i] += 0.5 * (x[i] + y[i]);
      for (int j = 0; j <= i; j++) {
        now[i * f + j] += 0.5 * (x[i] * x[j] + y[i] * y[j]);
        later[i * f + j] += 0.5 * (x[i] * y[j] + y[i] * x[j]);
      }
    }
  }

  /** Adds another's sums, times a sign. */
  void add(LaggedModes other, double sign) {
    pairs += sign * other.pairs;
    for (int i = 0; i < f; i++) {
      sums[i] += sign * other.sums[i];
    }
    for (int i = 0; i < f * f; i++) {
      now[i] += sign * other.now[i];
      later[i] += sign * other.later[i];
    }
  }

  double pairs() {
    return pairs;
  }

  /** λ, the largest first, and behind them the combinations v: rows of [1 + modes]. */
  double[][] solve() {
    double[] c0 = new double[f * f];
    double[] ct = new double[f * f];
    for (int i = 0; i < f; i++) {
      for (int j = 0; j <= i; j++) {
        double product = sums[i] / pairs * (sums[j] / pairs);
        c0[i * f + j] = now[i * f + j] / pairs - product;
        ct[i * f + j] = later[i * f + j] / pairs - product;
      }
    }
    double[] scale = new double[f];
    for (int i = 0; i < f; i++) {
      scale[i] = c0[i * f + i] > 0 ? 1 / Math.sqrt(c0[i * f + i]) : 0;
    }
    for (int i = 0; i < f; i++) {
      for (int j = 0; j <= i; j++) {
        c0[i * f + j] *= scale[i] * scale[j];
        ct[i * f + j] *= scale[i] * scale[j];
      }
    }
    SymmetricEigen eigen = new SymmetricEigen(f, SpectrumKernel.best());
    if (!eigen.decompose(c0, f, f)) {
      return new double[][] {new double[0]};
    }
    int rank = 0;
    while (rank < f && eigen.value(rank) > RANK * Math.max(eigen.value(0), RANK)) {
      rank++;
    }
    double[][] white = new double[rank][f];
    for (int m = 0; m < rank; m++) {
      for (int i = 0; i < f; i++) {
        white[m][i] = eigen.vector(m, i) / Math.sqrt(eigen.value(m));
      }
    }
    double[] reduced = new double[rank * Math.max(1, rank)];
    for (int a = 0; a < rank; a++) {
      for (int b = 0; b <= a; b++) {
        double sum = 0;
        for (int i = 0; i < f; i++) {
          for (int j = 0; j < f; j++) {
            sum += white[a][i] * white[b][j] * (j <= i ? ct[i * f + j] : ct[j * f + i]);
          }
        }
        reduced[a * rank + b] = sum;
      }
    }
    if (rank == 0 || !eigen.decompose(reduced, rank, rank)) {
      return new double[][] {new double[0]};
    }
    double[][] result = new double[1 + rank][];
    result[0] = new double[rank];
    for (int m = 0; m < rank; m++) {
      result[0][m] = eigen.value(m);
      double[] v = new double[f];
      for (int a = 0; a < rank; a++) {
        for (int i = 0; i < f; i++) {
          v[i] += eigen.vector(m, a) * white[a][i] * scale[i];
        }
      }
      result[1 + m] = v;
    }
    return result;
  }
}
