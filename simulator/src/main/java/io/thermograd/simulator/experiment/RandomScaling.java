package io.thermograd.simulator.experiment;

/**
 * A 95 % interval for the mean of a correlated series without an estimate of its correlation: the
 * path of the partial means is its own yardstick. With x̄_s the mean of the first s of n values, V
 * = (1/n²) Σ_s s²(x̄_s − x̄_n)² and the interval x̄_n ± 6.747·√(V/n), 6.747 being the 97.5 % point
 * of the limit law.
 *
 * <p>O(1) per value. Wants about 1,000 autocorrelation times; with fewer it covers too little. Sums
 * are kept about the first value, so that a mean far from 0 costs no digits. Not thread-safe.
 *
 * <p>Source: S. Lee, Y. Liao, M. H. Seo, Y. Shin, AAAI 2022, arXiv:2106.03156; QUANTITIES.md,
 * section 6.
 */
final class RandomScaling {
  private static final double CRITICAL = 6.747;

  private long n;
  private double origin;
  private double sum; // S_s = s·x̄_s about the origin
  private double sumOfSquares; // Σ S_s²
  private double sumOfProducts; // Σ s·S_s
  private double countOfSquares; // Σ s²

  void accept(double x) {
    if (n == 0) {
      origin = x;
    }
    n++;
    sum += x - origin;
    sumOfSquares += sum * sum;
    sumOfProducts += n * sum;
    countOfSquares += (double) n * n;
  }

  double mean() {
    return origin + sum / n;
  }

  /** Half of the interval's length; NaN without values. */
  double halfWidth() {
    double mean = sum / n;
    // Σ(S_s − s·x̄)², opened up.
    double v = sumOfSquares - 2 * mean * sumOfProducts + mean * mean * countOfSquares;
    return CRITICAL * StrictMath.sqrt(Math.max(0, v) / n) / n;
  }
}
