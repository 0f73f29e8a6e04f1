package io.thermograd.estimate.curvature;

/** The few operations on matrices of some ten rows that the curvature needs; in given storage. */
final class SmallMatrix {
  private SmallMatrix() {}

  /** Xy into {@code out}. */
  static void multiply(double[][] x, double[] y, double[] out) {
    for (int i = 0; i < x.length; i++) {
      double sum = 0;
      for (int j = 0; j < y.length; j++) {
        sum += x[i][j] * y[j];
      }
      out[i] = sum;
    }
  }

  /**
   * [X, anything] ← […, X⁻¹], X and its inverse n × n, by Gauss and Jordan with row pivots; false
   * when there is none, to working precision. Exchanges rows.
   */
  static boolean invert(double[][] m, int n) {
    double largest = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        largest = Math.max(largest, Math.abs(m[i][j])); // NaN stays
        m[i][n + j] = i == j ? 1 : 0;
      }
    }
    for (int c = 0; c < n; c++) {
      int pivot = c;
      for (int i = c + 1; i < n; i++) {
        if (Math.abs(m[i][c]) > Math.abs(m[pivot][c])) {
          pivot = i;
        }
      }
      double[] row = m[pivot];
      m[pivot] = m[c];
      m[c] = row;
      if (!(Math.abs(row[c]) > 1e-13 * largest)) {
        return false;
      }
      double scale = 1 / row[c];
      for (int j = c; j < 2 * n; j++) {
        row[j] *= scale;
      }
      for (int i = 0; i < n; i++) {
        double factor = m[i][c];
        for (int j = c; i != c && j < 2 * n; j++) {
          m[i][j] -= factor * row[j];
        }
      }
    }
    return true;
  }
}
