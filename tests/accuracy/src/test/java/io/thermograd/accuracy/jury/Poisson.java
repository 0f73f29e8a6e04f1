package io.thermograd.accuracy.jury;

/** Exact bounds for counts. */
public final class Poisson {
  private Poisson() {}

  /**
   * The largest mean under which {@code count} or fewer still have a probability of 5 %: the 95 %
   * upper bound, 2.996 for none. By bisection on the distribution function.
   */
  public static double upper95(long count) {
    double low = count;
    double high = count + 10 + 5 * Math.sqrt(count + 1.0);
    for (int i = 0; i < 100; i++) {
      double mean = 0.5 * (low + high);
      if (atMost(count, mean) > 0.05) {
        low = mean;
      } else {
        high = mean;
      }
    }
    return high;
  }

  private static double atMost(long count, double mean) {
    double sum = 0;
    double logFactorial = 0;
    for (long k = 0; k <= count; k++) {
      logFactorial += k == 0 ? 0 : Math.log(k);
      sum += Math.exp(k * Math.log(mean) - mean - logFactorial);
    }
    return sum;
  }

  /** "n (≤ bound) per 10⁶". */
  public static String rate(long count, long steps) {
    return steps == 0
        ? "-"
        : "%,.1f (≤ %,.1f) per 10⁶".formatted(1e6 * count / steps, 1e6 * upper95(count) / steps);
  }
}
