package io.thermograd.detect.basin;

/** Small symmetric positive definite matrices A = LLᵀ, lower triangles row by row. */
final class Cholesky {
  private Cholesky() {}

  /**
   * Puts L in the place of A. O(n³).
   *
   * @param rank share of a diagonal element that a pivot must keep
   * @return log det A, or NaN where A is not positive definite
   */
  static double factor(double[] a, int n, double rank) {
    double logDet = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i * n + j];
        for (int k = 0; k < j; k++) {
          sum -= a[i * n + k] * a[j * n + k];
        }
        if (j < i) {
          a[i * n + j] = sum / a[j * n + j];
        } else if (sum > rank * a[i * n + i]) {
          a[i * n + i] = Math.sqrt(sum);
          logDet += StrictMath.log(sum);
        } else {
          return Double.NaN;
        }
      }
    }
    return logDet;
  }

  /** Puts L⁻¹b in the place of b. O(n²). */
  static void forward(double[] l, double[] b) {
    int n = b.length;
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        b[i] -= l[i * n + k] * b[k];
      }
      b[i] /= l[i * n + i];
    }
  }

  /** Puts A⁻¹b in the place of b. O(n²). */
  static void solve(double[] l, double[] b) {
    forward(l, b);
    int n = b.length;
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        b[i] -= l[k * n + i] * b[k];
      }
      b[i] /= l[i * n + i];
    }
  }
}
