package io.thermograd.estimate.noise;

import io.thermograd.estimate.noise.NormalEquations.Posterior;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;

/**
 * The metric I + D that undoes a sketch along its leading directions, and what is unknown of it:
 * with Λ the eigenvalues that the sketch shows, those before it are of Λ^½(I + D)Λ^½. The relative
 * variance of one is that of xᵀDx along its eigenvector, by the posterior inside the directions
 * that were calibrated, 2/k of what lies outside.
 */
final class SketchMetric {
  private final double prior;
  private final double[][] overlaps;
  private final Posterior posterior;
  private final boolean known;

  private SketchMetric(double prior, double[][] overlaps, Posterior posterior, boolean known) {
    this.prior = prior;
    this.overlaps = overlaps;
    this.posterior = posterior;
    this.known = known;
  }

  /** Of a sketch whose lengths nobody compared: relative variance 2·prior. */
  static SketchMetric unknown(double prior) {
    return new SketchMetric(
        prior, new double[0][], new Posterior(new double[0], new double[0][]), false);
  }

  /**
   * A calibrated one.
   *
   * @param overlaps ⟨direction, held direction⟩, a row a direction
   * @param posterior of D in the held directions, lower triangle, and of δ
   */
  static SketchMetric of(double prior, double[][] overlaps, Posterior posterior) {
    return new SketchMetric(prior, overlaps, posterior, true);
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
    if (!known || n == 0) {
      java.util.Arrays.fill(variance, 2 * prior);
      return new Values(shown, variance);
    }
    double[] m = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double size = Math.sqrt(shown[i] * shown[j]);
        m[i * n + j] = size * ((i == j ? 1 : 0) + form(overlaps[i], overlaps[j]));
      }
    }
    SymmetricEigen eigen = new SymmetricEigen(n, SpectrumKernel.plain());
    eigen.decompose(m, n, n);
    double[] value = new double[n];
    for (int e = 0; e < n; e++) {
      value[e] = eigen.value(e);
      double[] x = new double[SketchCalibration.RANK];
      // ‖c‖² is 1 only where the sketch keeps lengths: (I + D) makes it 1.
      double all = 0;
      for (int i = 0; i < n; i++) {
        double c = Math.sqrt(shown[i] / value[e]) * eigen.vector(e, i);
        all += c * c;
        for (int h = 0; h < x.length; h++) {
          x[h] += c * overlaps[i][h];
        }
      }
      double inside = square(x);
      double outside = Math.max(0, all * all - inside * inside);
      variance[e] = posterior.variance(pairs(x)) + 2 * prior * outside;
    }
    return new Values(value, variance);
  }

  private double form(double[] x, double[] y) {
    double sum = 0;
    int at = 0;
    for (int i = 0; i < SketchCalibration.RANK; i++) {
      for (int l = 0; l < i; l++) {
        sum += posterior.mean()[at++] * (x[i] * y[l] + x[l] * y[i]);
      }
      sum += posterior.mean()[at++] * x[i] * y[i];
    }
    return sum;
  }

  private double[] pairs(double[] x) {
    double[] c = new double[posterior.mean().length];
    int at = 0;
    for (int i = 0; i < x.length; i++) {
      for (int l = 0; l < i; l++) {
        c[at++] = 2 * x[i] * x[l];
      }
      c[at++] = x[i] * x[i];
    }
    return c;
  }

  private static double square(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }
}
