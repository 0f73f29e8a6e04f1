package io.thermograd.estimate.noise;

import io.thermograd.estimate.noise.NormalEquations.Posterior;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The metric I + D that undoes a sketch along its leading directions, and what is unknown of it:
 * with Λ the eigenvalues that the sketch shows, those before it are of Λ^½(I + D)Λ^½. The relative
 * variance of one is that of xᵀDx along its eigenvector, by the posterior inside the directions
 * that were calibrated, 2/k of what lies outside.
 */
final class SketchMetric {
  private final double prior;
  private final @Nullable Calibrated calibrated;

  private SketchMetric(double prior, @Nullable Calibrated calibrated) {
    this.prior = prior;
    this.calibrated = calibrated;
  }

  /** Of a sketch whose lengths nobody compared: relative variance 2·prior. */
  static SketchMetric unknown(double prior) {
    return new SketchMetric(prior, null);
  }

  /** A calibrated one, as long as what it is by is not used for another. */
  static SketchMetric of(double prior, Calibrated calibrated) {
    return new SketchMetric(prior, calibrated);
  }

  /** What is known of a sketch, and room to work with it; used again from one to the next. */
  static final class Calibrated {
    /** ⟨direction, held direction⟩, a row a direction. */
    final double[][] overlaps = new double[SketchCalibration.RANK][SketchCalibration.RANK];

    /** Of D in the held directions, lower triangle, and of δ. */
    final Posterior posterior;

    private final SymmetricEigen eigen =
        new SymmetricEigen(SketchCalibration.RANK, SpectrumKernel.plain());
    private final double[] m = new double[SketchCalibration.RANK * SketchCalibration.RANK];
    private final double[] x = new double[SketchCalibration.RANK];
    private final double[] pairs;

    Calibrated(int elements, double[][] factor) {
      this.posterior = new Posterior(elements, factor);
      this.pairs = new double[elements];
    }

    private double form(double[] x, double[] y) {
      double sum = 0;
      int at = 0;
      double[] d = posterior.mean();
      for (int i = 0; i < SketchCalibration.RANK; i++) {
        for (int l = 0; l < i; l++) {
          sum += d[at++] * (x[i] * y[l] + x[l] * y[i]);
        }
        sum += d[at++] * x[i] * y[i];
      }
      return sum;
    }

    /** Posterior variance of xᵀDx. */
    private double variance() {
      int at = 0;
      for (int i = 0; i < x.length; i++) {
        for (int l = 0; l < i; l++) {
          pairs[at++] = 2 * x[i] * x[l];
        }
        pairs[at++] = x[i] * x[i];
      }
      return posterior.variance(pairs);
    }
  }

  /**
   * Eigenvalues before the sketch.
   *
   * @param value largest first
   * @param variance relative, of the sketch's part in its error
   */
  record Values(double[] value, double[] variance) {}

  /** Of those that the sketch shows along the directions, largest first. */
  Values apply(double[] shown) {
    int n = shown.length;
    double[] variance = new double[n];
    Calibrated known = calibrated;
    if (known == null || n == 0) {
      Arrays.fill(variance, 2 * prior);
      return new Values(shown, variance);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double size = Math.sqrt(shown[i] * shown[j]);
        known.m[i * n + j] =
            size * ((i == j ? 1 : 0) + known.form(known.overlaps[i], known.overlaps[j]));
      }
    }
    SymmetricEigen eigen = known.eigen;
    eigen.decompose(known.m, n, n);
    double[] value = new double[n];
    double[] x = known.x;
    for (int e = 0; e < n; e++) {
      value[e] = eigen.value(e);
      Arrays.fill(x, 0);
      // ‖c‖² is 1 only where the sketch keeps lengths: (I + D) makes it 1.
      double all = 0;
      for (int i = 0; i < n; i++) {
        double c = Math.sqrt(shown[i] / value[e]) * eigen.vector(e, i);
        all += c * c;
        for (int h = 0; h < x.length; h++) {
          x[h] += c * known.overlaps[i][h];
        }
      }
      double inside = square(x);
      double outside = Math.max(0, all * all - inside * inside);
      variance[e] = known.variance() + 2 * prior * outside;
    }
    return new Values(value, variance);
  }

  private static double square(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }
}
