package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.util.Arrays;
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
 * <p>Works in storage of its own: what is allocated is the result. One owner thread.
 */
final class Regression {
  /** What a quantity of crosstalk that was taken off leaves behind, as a share of it. */
  private static final double CROSSTALK = 0.15;

  /** What crosstalk may be at most of how far θ moves along any direction that is used. */
  private static final double LARGEST_CROSSTALK = 0.5;

  private final Frame frame;
  private final int sketchDim;
  private final SymmetricEigen eigen;
  private final double[] a;
  private final double[] n;
  private final double[] lower;
  private final double[] precision;
  private final double[][] factor;
  private final double[][] right;

  /** A − aI, and its inverse behind it. */
  private final double[][] left;

  private final Solution all;
  private final Solution part;

  /**
   * @param sketchDim k, 0 where gradients are sent whole
   */
  Regression(Frame frame, int sketchDim) {
    int r = frame.size();
    int most = frame.noiseDirections();
    this.frame = frame;
    this.sketchDim = sketchDim;
    this.eigen = new SymmetricEigen(most, SpectrumKernel.best());
    this.a = new double[r * r];
    this.n = new double[r * r];
    this.lower = new double[most * most];
    this.precision = new double[most];
    this.factor = new double[most][most];
    this.right = new double[most][r];
    this.left = new double[r][2 * r];
    this.all = new Solution(most, r);
    this.part = new Solution(most, r);
  }

  /** From the bins from {@code first} on, four at least; null when they have no inverse. */
  @Nullable Fit fit(Moments moments, int first, int directions) {
    Frame.Columns columns = frame.columns(directions);
    int p = columns.noise();
    if (p == 0 || !solve(moments, first, -1, columns, all)) {
      return null;
    }
    int groups = moments.bins() - first;
    double mean = 0;
    double[] without = new double[groups];
    double agreement = 1;
    for (int g = 0; g < groups; g++) {
      if (!solve(moments, first, first + g, columns, part)) {
        return null;
      }
      without[g] = part.value;
      mean += part.value / groups;
      agreement = Math.min(agreement, Fit.form(all.hessian, part.top, p) / all.value);
    }
    double spread = 0;
    for (double x : without) {
      spread += (x - mean) * (x - mean);
    }
    spread *= (groups - 1.0) / groups;
    double value = groups * all.value - (groups - 1) * mean;
    double bias = (all.value - value) / 2;
    double remains = CROSSTALK * all.crosstalk * value;
    double variance = (spread + all.variance(p)) / 2;
    double[] top = Arrays.copyOf(all.top, p);
    double[] weights = all.weights.clone();
    return new Fit(
        value,
        variance + bias * bias + remains * remains,
        Trend.of(moments, first, top, weights, all.value, variance),
        top,
        weights,
        agreement,
        leading(all.hessian, p),
        leading(all.standardErrors, p));
  }

  private static double[][] leading(double[][] x, int p) {
    double[][] out = new double[p][];
    for (int i = 0; i < p; i++) {
      out[i] = Arrays.copyOf(x[i], p);
    }
    return out;
  }

  /** Work space for what {@link #solve} finds: the first p elements, p × p and all of the frame. */
  private static final class Solution {
    private final double[] top;
    private final double[] weights;
    private final double[][] hessian;
    private final double[][] standardErrors;
    private double value;
    private double crosstalk;

    Solution(int most, int frame) {
      this.top = new double[most];
      this.weights = new double[frame];
      this.hessian = new double[most][most];
      this.standardErrors = new double[most][most];
    }

    /** Of the largest eigenvalue, by first-order perturbation. */
    double variance(int p) {
      double sum = 0;
      for (int i = 0; i < p; i++) {
        for (int j = 0; j < p; j++) {
          double e = standardErrors[i][j] * top[i] * top[j];
          sum += (i == j ? 1 : 2) * e * e;
        }
      }
      return sum;
    }
  }

  /** False when there is no inverse. */
  private boolean solve(
      Moments moments, int first, int without, Frame.Columns columns, Solution into) {
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
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < at.length; j++) {
        left[i][j] = a[at[i] * r + at[j]] - (i == j ? shareA : 0);
        if (i < p) {
          right[i][j] = n[at[i] * r + at[j]] - (i == j ? shareN : 0);
        }
      }
    }
    if (!moves(p, shareA * (1 / LARGEST_CROSSTALK - 1)) || !SmallMatrix.invert(left, at.length)) {
      return false;
    }
    precisions(moments, moments.steps(first), columns);
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        // 1/variance of H_ij and of H_ji
        double wij = precision[j] / moments.gradient(at[i]);
        double wji = precision[i] / moments.gradient(at[j]);
        double hij = product(i, j, at.length);
        double value = i == j ? hij : (wij * hij + wji * product(j, i, at.length)) / (wij + wji);
        double error = 1 / Math.sqrt(i == j ? wij : wij + wji);
        into.hessian[i][j] = value;
        into.hessian[j][i] = value;
        into.standardErrors[i][j] = error;
        into.standardErrors[j][i] = error;
        lower[i * p + j] = value;
      }
    }
    if (!eigen.decompose(lower, p, p)) {
      return false;
    }
    into.value = eigen.value(0);
    for (int i = 0; i < p; i++) {
      into.top[i] = eigen.vector(0, i);
    }
    Arrays.fill(into.weights, 0);
    into.crosstalk = 0;
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < p; j++) {
        into.weights[at[i]] += left[i][at.length + j] * into.top[j];
      }
      into.crosstalk += i < p ? into.top[i] * into.weights[at[i]] * Math.abs(shareA) : 0;
    }
    return true;
  }

  /** Element of (N − cI)(A − aI)⁻¹. */
  private double product(int i, int j, int size) {
    double sum = 0;
    for (int l = 0; l < size; l++) {
      sum += right[i][l] * left[l][size + j];
    }
    return sum;
  }

  /**
   * Whether θ moves along each of the first p directions, whatever their combination, by more than
   * a share of the crosstalk beyond it: by Cholesky's decomposition of ½(A + Aᵀ) − share·I.
   */
  private boolean moves(int p, double share) {
    double[][] l = factor;
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = (left[i][j] + left[j][i]) / 2 - (i == j ? Math.max(0, share) : 0);
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
  private void precisions(Moments moments, double count, Frame.Columns columns) {
    int[] at = columns.at();
    int size = at.length;
    for (int j = 0; j < columns.noise(); j++) {
      double sum = 0;
      for (int x = 0; x < size; x++) {
        for (int y = 0; y < size; y++) {
          sum += left[x][size + j] * moments.instrument(at[x], at[y]) * left[y][size + j];
        }
      }
      precision[j] = count / sum;
    }
  }
}
