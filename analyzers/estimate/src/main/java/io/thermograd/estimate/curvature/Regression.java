package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import org.jspecify.annotations.Nullable;

/**
 * H on the first p directions from {@link Moments}: H = (N − cI)(A − aI)⁻¹, where a and c are the
 * share of each direction in what lies outside V, which the sketch spreads over all: the whole
 * sketch's trace less that in V, over k − r.
 *
 * <p>Element H_ij has the error variance F_ii·(A⁻¹CA⁻ᵀ)_jj/n, so that of H_ij and H_ji one is
 * usually much the better: they are averaged with inverse variances. The largest eigenvalue's bias,
 * (p + 3)/(nη) and what noise of a matrix does to its largest eigenvalue, is of order 1/n and taken
 * off by leaving out a group at a time (M. Quenouille, Biometrika 43 (1956) 353–360); the spread of
 * those gives the error once more.
 *
 * <p>One owner thread.
 */
final class Regression {
  /** What a quantity of crosstalk that was taken off leaves behind, as a share of it. */
  private static final double CROSSTALK = 0.15;

  private final int sketchDim;
  private final SymmetricEigen eigen;
  private final double[] a;
  private final double[] n;

  /**
   * What p directions say.
   *
   * @param value λ_max on average over the bins, bias taken off
   * @param variance of its error
   * @param trend how it moves
   * @param top its direction in V, p elements
   * @param weights w = A⁻¹·top, p elements: the instrument of that direction alone
   * @param agreement smallest |cos| of the direction with those found without a group
   * @param hessian p rows of p
   * @param standardErrors of its elements
   */
  record Fit(
      double value,
      double variance,
      Trend trend,
      double[] top,
      double[] weights,
      double agreement,
      double[][] hessian,
      double[][] standardErrors) {

    /** How much of the drift is believed: its square over what that is expected to be. */
    private double believed() {
      double square = trend.change() * trend.change();
      return square / (square + trend.changeVariance());
    }

    /** λ_max at the end of the bins. */
    double latest() {
      return value + believed() * trend.change();
    }

    /** Its standard error, of which the drift that was believed and the rest are a part. */
    double latestError() {
      double s = believed();
      double c = trend.change();
      return Math.sqrt(variance + s * s * trend.changeVariance() + (1 - s) * (1 - s) * c * c);
    }
  }

  /**
   * @param sketchDim k, 0 where gradients are sent whole
   */
  Regression(int r, int sketchDim) {
    this.sketchDim = sketchDim;
    this.eigen = new SymmetricEigen(r, SpectrumKernel.best());
    this.a = new double[r * r];
    this.n = new double[r * r];
  }

  /** From the bins from {@code first} on, four at least; null when they have no inverse. */
  @Nullable Fit fit(Moments moments, int first, int p) {
    Solution all = solve(moments, first, -1, p);
    if (all == null) {
      return null;
    }
    int groups = moments.bins() - first;
    double mean = 0;
    double[] without = new double[groups];
    double agreement = 1;
    for (int g = 0; g < groups; g++) {
      Solution s = solve(moments, first, first + g, p);
      if (s == null) {
        return null;
      }
      without[g] = s.value;
      mean += s.value / groups;
      double cos = 0;
      for (int i = 0; i < p; i++) {
        cos += s.top[i] * all.top[i];
      }
      agreement = Math.min(agreement, Math.abs(cos));
    }
    double spread = 0;
    for (double x : without) {
      spread += (x - mean) * (x - mean);
    }
    spread *= (groups - 1.0) / groups;
    double value = groups * all.value - (groups - 1) * mean;
    double bias = (all.value - value) / 2;
    double left = CROSSTALK * all.crosstalk * value;
    double variance = (spread + all.variance()) / 2;
    Trend trend = Trend.of(moments, first, all.top, all.weights, all.value, variance);
    return new Fit(
        value,
        variance + bias * bias + left * left,
        trend,
        all.top,
        all.weights,
        agreement,
        all.hessian,
        all.standardErrors);
  }

  private record Solution(
      double value,
      double[] top,
      double[] weights,
      double[][] hessian,
      double[][] standardErrors,
      double crosstalk) {

    /** Of the largest eigenvalue, by first-order perturbation. */
    double variance() {
      double sum = 0;
      for (int i = 0; i < top.length; i++) {
        for (int j = 0; j < top.length; j++) {
          double e = standardErrors[i][j] * top[i] * top[j];
          sum += (i == j ? 1 : 2) * e * e;
        }
      }
      return sum;
    }
  }

  private @Nullable Solution solve(Moments moments, int first, int without, int p) {
    int r = moments.rank();
    double outA = moments.mean(Instrument.A, first, without, a);
    double outN = moments.mean(Instrument.N, first, without, n);
    for (int i = 0; i < r; i++) {
      outA -= a[i * r + i];
      outN -= n[i * r + i];
    }
    double shareA = sketchDim > r ? outA / (sketchDim - r) : 0;
    double shareN = sketchDim > r ? outN / (sketchDim - r) : 0;
    double[][] left = new double[p][p];
    double[][] right = new double[p][p];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < p; j++) {
        left[i][j] = a[i * r + j] - (i == j ? shareA : 0);
        right[i][j] = n[i * r + j] - (i == j ? shareN : 0);
      }
    }
    double[][] inverse = SmallMatrix.inverse(left);
    if (inverse.length == 0) {
      return null;
    }
    double[][] h = SmallMatrix.multiply(right, inverse);
    double[] precision = precisions(moments, inverse, moments.steps(first), p);
    double[][] hessian = new double[p][p];
    double[][] errors = new double[p][p];
    double[] lower = new double[p * p];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        // 1/variance of H_ij and of H_ji
        double wij = precision[j] / moments.gradient(i);
        double wji = precision[i] / moments.gradient(j);
        double value = i == j ? h[i][i] : (wij * h[i][j] + wji * h[j][i]) / (wij + wji);
        double error = 1 / Math.sqrt(i == j ? wij : wij + wji);
        hessian[i][j] = value;
        hessian[j][i] = value;
        errors[i][j] = error;
        errors[j][i] = error;
        lower[i * p + j] = value;
      }
    }
    if (!eigen.decompose(lower, p, p)) {
      return null;
    }
    double[] top = new double[p];
    for (int i = 0; i < p; i++) {
      top[i] = eigen.vector(0, i);
    }
    double[] weights = SmallMatrix.multiply(inverse, top);
    double crosstalk = 0;
    for (int i = 0; i < p; i++) {
      crosstalk += top[i] * weights[i] * Math.abs(shareA);
    }
    return new Solution(eigen.value(0), top, weights, hessian, errors, crosstalk);
  }

  /** n/(A⁻¹CA⁻ᵀ)_jj. */
  private static double[] precisions(Moments moments, double[][] inverse, double count, int p) {
    double[] out = new double[p];
    for (int j = 0; j < p; j++) {
      double sum = 0;
      for (int x = 0; x < p; x++) {
        for (int y = 0; y < p; y++) {
          sum += inverse[x][j] * moments.instrument(x, y) * inverse[y][j];
        }
      }
      out[j] = count / sum;
    }
    return out;
  }
}
