package io.thermograd.theory;

/**
 * LU factorisation of diag(excess) − K for a banded rate matrix K, by censoring: the cells are
 * taken out one by one, and the rates among the others are raised by the paths that went through
 * the one taken out. Pivots are sums of what leaves a cell instead of differences (Grassmann,
 * Taksar and Heyman, Operations Research 33, 1985), so nothing cancels: solutions with a right-hand
 * side that is not negative have small relative error in every component.
 *
 * <p>Cost: cells·w² operations and 2·cells·w doubles for a half bandwidth w.
 */
final class CensoredChain {
  private final int cells;
  private final int width;

  /** Row i holds the rates to cells i−w … i+w. */
  private final double[][] rates;

  private final double[] out;

  /**
   * @param excess rate of leaving for good, ≥ 0 in every cell
   */
  CensoredChain(JumpProcess process, double[] excess) {
    this(process, excess, new boolean[excess.length]);
  }

  /** Leaving for good means entering the target; the target's own cells are isolated. */
  static CensoredChain absorbing(JumpProcess process, boolean[] target) {
    double[] excess = new double[target.length];
    for (int i = 0; i < target.length; i++) {
      excess[i] = target[i] ? 1 : 0;
    }
    process.forEachEdge(
        (i, j, forward, backward) -> {
          if (target[j] && !target[i]) {
            excess[i] += forward;
          }
          if (target[i] && !target[j]) {
            excess[j] += backward;
          }
        });
    return new CensoredChain(process, excess, target);
  }

  private CensoredChain(JumpProcess process, double[] excess, boolean[] isolated) {
    cells = process.cells();
    width = process.bandwidth();
    rates = new double[cells][2 * width + 1];
    out = new double[cells];
    process.forEachEdge(
        (i, j, forward, backward) -> {
          if (!isolated[i] && !isolated[j]) {
            rates[i][j - i + width] += forward;
            rates[j][i - j + width] += backward;
          }
        });
    double[] leaving = excess.clone();
    for (int k = 0; k < cells; k++) {
      int last = Math.min(cells - 1, k + width);
      double sum = leaving[k];
      for (int j = k + 1; j <= last; j++) {
        sum += rates[k][j - k + width];
      }
      out[k] = sum;
      if (!(sum > 0)) {
        continue; // The last cell of a chain without excess: only stationary() reads on.
      }
      for (int i = k + 1; i <= last; i++) {
        double share = rates[i][k - i + width] / sum;
        if (share > 0) {
          leaving[i] += share * leaving[k];
          double[] row = rates[i];
          int shift = k - i;
          for (int c = width + 1; c <= width + last - k; c++) {
            row[c + shift] += share * rates[k][c];
          }
          row[width] = 0; // A return to i itself is no jump.
        }
      }
    }
  }

  /**
   * x of (diag(excess) − K) x = g, for g ≥ 0 infinite where a cell with g > 0 has no way out, and
   * wherever the way out leads through such a cell.
   */
  double[] solveBackward(double[] g) {
    double[] x = g.clone();
    for (int k = 0; k < cells; k++) {
      if (x[k] != 0) {
        double flow = x[k] / out[k];
        for (int i = k + 1; i <= Math.min(cells - 1, k + width); i++) {
          double rate = rates[i][k - i + width];
          x[i] += rate > 0 ? rate * flow : 0; // Not 0·∞.
        }
      }
    }
    for (int k = cells - 1; k >= 0; k--) {
      double sum = x[k];
      for (int j = k + 1; j <= Math.min(cells - 1, k + width); j++) {
        double rate = rates[k][j - k + width];
        sum += rate > 0 ? rate * x[j] : 0;
      }
      x[k] = out[k] > 0 || sum > 0 ? sum / out[k] : 0;
    }
    return x;
  }

  /** x of (diag(excess) − K)ᵀ x = g, the equation of densities. */
  double[] solveForward(double[] g) {
    double[] x = g.clone();
    for (int k = 0; k < cells; k++) {
      x[k] /= out[k];
      for (int j = k + 1; j <= Math.min(cells - 1, k + width); j++) {
        x[j] += rates[k][j - k + width] * x[k];
      }
    }
    for (int k = cells - 1; k >= 0; k--) {
      double sum = x[k];
      for (int i = k + 1; i <= Math.min(cells - 1, k + width); i++) {
        sum += rates[i][k - i + width] * x[i] / out[k];
      }
      x[k] = sum;
    }
    return x;
  }

  /** The stationary law of a chain without excess. */
  double[] stationary() {
    double[] p = new double[cells];
    p[cells - 1] = 1;
    double sum = 1;
    for (int k = cells - 2; k >= 0; k--) {
      if (!(out[k] > 0)) {
        throw new IllegalArgumentException(
            "diffusion should let every cell be left for those after it: the rates of cell %d were 0"
                .formatted(k));
      }
      double inflow = 0;
      for (int i = k + 1; i <= Math.min(cells - 1, k + width); i++) {
        inflow += p[i] * rates[i][k - i + width];
      }
      p[k] = inflow / out[k];
      sum += p[k];
      if (sum > 1e200) {
        // Cells so far that underflow now are 10^-300 of the rest.
        for (int i = k; i < cells; i++) {
          p[i] *= 1e-200;
        }
        sum *= 1e-200;
      }
    }
    for (int i = 0; i < cells; i++) {
      p[i] /= sum;
    }
    return p;
  }
}
