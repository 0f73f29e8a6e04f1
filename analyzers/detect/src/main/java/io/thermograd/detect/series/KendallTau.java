package io.thermograd.detect.series;

/**
 * Kendall's τ of a series against time: concordant minus discordant pairs over all pairs, between
 * −1 and 1; ties count as neither. Without a trend its standard deviation is √(2(2n+5)/(9n(n−1))).
 * O(n²).
 */
public final class KendallTau {
  private KendallTau() {}

  /** Of the first n elements; NaN for less than 2. */
  public static double of(double[] x, int n) {
    if (n < 2) {
      return Double.NaN;
    }
    int sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        sum += Double.compare(x[i], x[j]) == 0 ? 0 : x[i] > x[j] ? 1 : -1;
      }
    }
    return sum / (0.5 * n * (n - 1));
  }

  /** Standard deviation of τ of n independent values. */
  public static double standardDeviation(int n) {
    return Math.sqrt(2.0 * (2 * n + 5) / (9.0 * n * (n - 1)));
  }
}
