package io.thermograd.estimate.noise;

import java.util.Arrays;

/**
 * Hill's estimates h(s) of 1/α at rising shares s of the samples, read at s = 0: of h = 1/α + b·s^ρ
 * + c·s^2ρ the first term, with the least error there is. With n samples Cov(h(s), h(t)) =
 * h²/(n·max(s, t)), so that h(s) less h at the next larger share is independent of what came
 * before, of variance h²/n·(1/s − 1/t): least squares on these differences, and on h at the largest
 * share. A share that is not larger than the one before counts for nothing. O(1) an estimate; one
 * owner thread, no state from one use to the next.
 */
final class HillCurve {
  private static final int TERMS = 3;

  /** Of s: the constant is the last term, and the first to be solved for. */
  private final double[] now = new double[TERMS + 1];

  private final double[] before = new double[TERMS + 1];
  private final double[] row = new double[TERMS + 1];

  /** Σ w·xxᵀ over s^2ρ, s^ρ, 1 and h, lower triangle. */
  private final double[][] sums = new double[TERMS + 1][TERMS + 1];

  private final boolean slow;
  private double share;
  private int count;

  /**
   * @param slow ρ = 2/3; else 1
   */
  HillCurve(boolean slow) {
    this.slow = slow;
  }

  void clear() {
    for (double[] s : sums) {
      Arrays.fill(s, 0);
    }
    count = 0;
    share = 0;
  }

  /**
   * Adds h at a share.
   *
   * @param s 0 to 1
   */
  void accept(double s, double h) {
    if (s <= share) {
      return;
    }
    double root = slow ? StrictMath.cbrt(s) : 0;
    now[1] = slow ? root * root : s;
    now[0] = now[1] * now[1];
    now[2] = 1;
    now[3] = h;
    if (count > 0) {
      for (int i = 0; i <= TERMS; i++) {
        row[i] = before[i] - now[i];
      }
      add(row, 1 / (1 / share - 1 / s));
    }
    System.arraycopy(now, 0, before, 0, before.length);
    share = s;
    count++;
  }

  private void add(double[] x, double weight) {
    for (int i = 0; i <= TERMS; i++) {
      for (int j = 0; j <= i; j++) {
        sums[i][j] += weight * x[i] * x[j];
      }
    }
  }

  /**
   * What the curve says.
   *
   * @param inverse 1/α at s = 0
   * @param variance of its error, in units of h²/n
   * @param misfit mean square of what the curve leaves by degree of freedom: h²/n where it fits
   */
  record Reading(double inverse, double variance, double misfit) {}

  private static final Reading NONE = new Reading(Double.NaN, Double.NaN, Double.NaN);

  /** By Cholesky's decomposition; NaN where there are too few different shares. */
  Reading read() {
    if (count <= TERMS) {
      return NONE;
    }
    add(before, share);
    for (int i = 0; i <= TERMS; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = sums[i][j];
        for (int l = 0; l < j; l++) {
          sum -= sums[i][l] * sums[j][l];
        }
        // The last pivot is the square of what is left.
        sums[i][j] = i == TERMS && j == TERMS ? sum : pivot(sum, i, j);
      }
    }
    double last = sums[TERMS - 1][TERMS - 1];
    double left = Math.max(0, sums[TERMS][TERMS]);
    return last > 0
        ? new Reading(sums[TERMS][TERMS - 1] / last, 1 / (last * last), left / (count - TERMS))
        : NONE;
  }

  private double pivot(double sum, int i, int j) {
    return i == j ? Math.sqrt(Math.max(0, sum)) : sum / sums[j][j];
  }
}
