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

  /** What crosstalk may be at most of how far θ moves along any direction that is used. */
  private static final double LARGEST_CROSSTALK = 0.5;

  /** How far the slope of log λ_max on log tr Σ may be off. */
  private static final double SLOPE_ERROR = 0.1;

  /**
   * What is left of a drift of tr Σ by a factor e after all that: from networks on digits, whose
   * errors are up to twice what regression alone accounts for.
   */
  private static final double SHAPE_ERROR = 0.25;

  /** Share by which λ_max may drift over the bins without tr Σ doing so. */
  private static final double LEAST_DRIFT = 0.05;

  private final Frame frame;
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
   * @param weights w = A⁻¹·top over the frame: the instrument of that direction alone
   * @param agreement smallest share of λ_max that all say of the directions found without a group:
   *     which of two equally sharp ones is found does not matter
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

    /**
     * Variance of the drift beyond what tr Σ tells, before it is looked for: the slope's error, and
     * what the bins show beyond their noise.
     */
    private double drift() {
      double expected = value * Math.max(LEAST_DRIFT, SLOPE_ERROR * Math.abs(trend.distance()));
      double seen = trend.change() * trend.change() - trend.changeVariance();
      return Math.max(expected * expected, seen);
    }

    /** What of λ_max the curvature along a direction of the frame is; 0 for none in it. */
    double share(double[] inFrame) {
      double square = 0;
      double[] u = new double[top.length];
      for (int i = 0; i < u.length; i++) {
        u[i] = inFrame[i];
        square += u[i] * u[i];
      }
      return square > 0 ? form(hessian, u) / form(hessian, top) : 0;
    }

    /** λ_max at the end of the bins. */
    double latest() {
      double drift = drift();
      return value + drift / (drift + trend.changeVariance()) * trend.change();
    }

    /** Its standard error, of which what is not known of the drift is a part. */
    double latestError() {
      double drift = drift();
      double shape = SHAPE_ERROR * trend.distance() * value;
      return Math.sqrt(
          variance
              + drift * trend.changeVariance() / (drift + trend.changeVariance())
              + shape * shape);
    }
  }

  /**
   * @param sketchDim k, 0 where gradients are sent whole
   */
  Regression(Frame frame, int sketchDim) {
    int r = frame.size();
    this.frame = frame;
    this.sketchDim = sketchDim;
    this.eigen = new SymmetricEigen(frame.noiseDirections(), SpectrumKernel.best());
    this.a = new double[r * r];
    this.n = new double[r * r];
  }

  /** From the bins from {@code first} on, four at least; null when they have no inverse. */
  @Nullable Fit fit(Moments moments, int first, int directions) {
    Frame.Columns columns = frame.columns(directions);
    int p = columns.noise();
    Solution all = p == 0 ? null : solve(moments, first, -1, columns);
    if (all == null) {
      return null;
    }
    int groups = moments.bins() - first;
    double mean = 0;
    double[] without = new double[groups];
    double agreement = 1;
    for (int g = 0; g < groups; g++) {
      Solution s = solve(moments, first, first + g, columns);
      if (s == null) {
        return null;
      }
      without[g] = s.value;
      mean += s.value / groups;
      agreement = Math.min(agreement, form(all.hessian, s.top) / all.value);
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

  /** uᵀHu. */
  private static double form(double[][] h, double[] u) {
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      for (int j = 0; j < u.length; j++) {
        sum += u[i] * h[i][j] * u[j];
      }
    }
    return sum;
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

  private @Nullable Solution solve(Moments moments, int first, int without, Frame.Columns columns) {
    int r = moments.rank();
    int[] at = columns.at();
    int p = columns.noise();
    double outA = moments.mean(Instrument.A, first, without, a);
    double outN = moments.mean(Instrument.N, first, without, n);
    for (int i = 0; i < r; i++) {
      outA -= a[i * r + i];
      outN -= n[i * r + i];
    }
    double shareA = sketchDim > r ? outA / (sketchDim - r) : 0;
    double shareN = sketchDim > r ? outN / (sketchDim - r) : 0;
    double[][] left = new double[at.length][at.length];
    double[][] right = new double[p][at.length];
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < at.length; j++) {
        left[i][j] = a[at[i] * r + at[j]] - (i == j ? shareA : 0);
        if (i < p) {
          right[i][j] = n[at[i] * r + at[j]] - (i == j ? shareN : 0);
        }
      }
    }
    if (!moves(left, p, shareA * (1 / LARGEST_CROSSTALK - 1))) {
      return null;
    }
    double[][] inverse = SmallMatrix.inverse(left);
    if (inverse.length == 0) {
      return null;
    }
    double[][] h = SmallMatrix.multiply(right, inverse);
    double[] precision = precisions(moments, inverse, moments.steps(first), columns);
    double[][] hessian = new double[p][p];
    double[][] errors = new double[p][p];
    double[] lower = new double[p * p];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        // 1/variance of H_ij and of H_ji
        double wij = precision[j] / moments.gradient(at[i]);
        double wji = precision[i] / moments.gradient(at[j]);
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
    double[] weights = new double[r];
    double crosstalk = 0;
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < p; j++) {
        weights[at[i]] += inverse[i][j] * top[j];
      }
      crosstalk += i < p ? top[i] * weights[at[i]] * Math.abs(shareA) : 0;
    }
    return new Solution(eigen.value(0), top, weights, hessian, errors, crosstalk);
  }

  /**
   * Whether θ moves along each of the first p directions, whatever their combination, by more than
   * a share of the crosstalk beyond it: by Cholesky's decomposition of ½(A + Aᵀ) − share·I.
   */
  private static boolean moves(double[][] a, int p, double share) {
    double[][] l = new double[p][p];
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = (a[i][j] + a[j][i]) / 2 - (i == j ? Math.max(0, share) : 0);
        for (int c = 0; c < j; c++) {
          sum -= l[i][c] * l[j][c];
        }
        if (i == j && !(sum > 0)) {
          return false;
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    return true;
  }

  /** n/(A⁻¹CA⁻ᵀ)_jj. */
  private static double[] precisions(
      Moments moments, double[][] inverse, double count, Frame.Columns columns) {
    int[] at = columns.at();
    double[] out = new double[columns.noise()];
    for (int j = 0; j < out.length; j++) {
      double sum = 0;
      for (int x = 0; x < at.length; x++) {
        for (int y = 0; y < at.length; y++) {
          sum += inverse[x][j] * moments.instrument(at[x], at[y]) * inverse[y][j];
        }
      }
      out[j] = count / sum;
    }
    return out;
  }
}
