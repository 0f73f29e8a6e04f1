package io.thermograd.estimate.noise;

import java.util.Arrays;

/**
 * Bayesian linear regression y ≈ zᵀd with independent normal priors of mean 0 on d, from weighted
 * sums over the samples; the variance of the residuals is estimated along with d.
 *
 * @param products Σ w z zᵀ, lower triangle, row-major
 * @param moments Σ w z y
 * @param weight Σ w
 * @param squares Σ w y²
 */
record NormalEquations(double[] products, double[] moments, double weight, double squares) {

  /** Posterior of n elements, in storage that a {@link #solve} after the first uses again. */
  static final class Posterior {
    private final double[] mean;
    private final double[][] factor;
    private final double[] work;

    Posterior(int n) {
      this(n, new double[n][n]);
    }

    /**
     * In storage of somebody else.
     *
     * @param factor for lower triangular L with posterior covariance (LLᵀ)⁻¹; what lies above its
     *     diagonal is not touched
     */
    Posterior(int n, double[][] factor) {
      this.mean = new double[n];
      this.factor = factor;
      this.work = new double[n];
    }

    /** Of d. */
    double[] mean() {
      return mean;
    }

    /** Posterior variance of c·d: ‖L⁻¹c‖². */
    double variance(double[] c) {
      System.arraycopy(c, 0, work, 0, work.length);
      forward(factor, work);
      double sum = 0;
      for (double v : work) {
        sum += v * v;
      }
      return sum;
    }
  }

  /**
   * Posterior by Cholesky's decomposition of Σwzzᵀ/s² + precision. O(rounds·n³).
   *
   * @param precision 1/variance of each element's prior
   * @param rounds of s² = mean squared residual, from s² = mean y²
   */
  void solve(double[] precision, int rounds, Posterior into) {
    int n = moments.length;
    double variance = squares / weight;
    double[] mean = into.mean;
    double[][] factor = into.factor;
    Arrays.fill(mean, 0);
    for (int round = 0; round < rounds; round++) {
      // A sketch that keeps every length leaves no residual; rounding must not divide by it.
      double inverse = 1 / Math.max(variance, Double.MIN_NORMAL);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = inverse * products[i * n + j] + (i == j ? precision[i] : 0);
          for (int l = 0; l < j; l++) {
            sum -= factor[i][l] * factor[j][l];
          }
          factor[i][j] =
              i == j ? Math.sqrt(Math.max(sum, precision[i] * 1e-12)) : sum / factor[j][j];
        }
      }
      for (int i = 0; i < n; i++) {
        mean[i] = inverse * moments[i];
      }
      forward(factor, mean);
      backward(factor, mean);
      variance = residual(mean);
    }
  }

  private double residual(double[] d) {
    int n = d.length;
    double sum = squares;
    for (int i = 0; i < n; i++) {
      sum -= 2 * d[i] * moments[i];
      for (int j = 0; j <= i; j++) {
        sum += (i == j ? 1 : 2) * d[i] * d[j] * products[i * n + j];
      }
    }
    return Math.max(0, sum) / weight;
  }

  /** x ← L⁻¹x. */
  private static void forward(double[][] factor, double[] x) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        x[i] -= factor[i][j] * x[j];
      }
      x[i] /= factor[i][i];
    }
  }

  /** x ← L⁻ᵀx. */
  private static void backward(double[][] factor, double[] x) {
    for (int i = x.length - 1; i >= 0; i--) {
      for (int j = i + 1; j < x.length; j++) {
        x[i] -= factor[j][i] * x[j];
      }
      x[i] /= factor[i][i];
    }
  }
}
