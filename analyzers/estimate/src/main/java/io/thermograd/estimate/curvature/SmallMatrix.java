package io.thermograd.estimate.curvature;

/** The few operations on matrices of some ten rows that the curvature needs; never per step. */
final class SmallMatrix {
  private SmallMatrix() {}

  static double[][] multiply(double[][] x, double[][] y) {
    double[][] out = new double[x.length][y[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int l = 0; l < y.length; l++) {
        for (int j = 0; j < y[l].length; j++) {
          out[i][j] += x[i][l] * y[l][j];
        }
      }
    }
    return out;
  }

  static double[] multiply(double[][] x, double[] y) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        out[i] += x[i][j] * y[j];
      }
    }
    return out;
  }

  /** By Gauss and Jordan with row pivots; empty when there is none, to working precision. */
  static double[][] inverse(double[][] x) {
    int n = x.length;
    double[][] m = new double[n][2 * n];
    double largest = 0;
    for (int i = 0; i < n; i++) {
      System.arraycopy(x[i], 0, m[i], 0, n);
      m[i][n + i] = 1;
      for (double v : x[i]) {
        largest = Math.max(largest, Math.abs(v)); // NaN stays
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
        return new double[0][];
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
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(m[i], n, out[i], 0, n);
    }
    return out;
  }
}
