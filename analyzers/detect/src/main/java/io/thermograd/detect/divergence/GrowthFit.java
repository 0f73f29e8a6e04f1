package io.thermograd.detect.divergence;

import java.util.OptionalDouble;

/**
 * Exponential growth fitted to the last values of a signal: least squares of log(x − floor) on the
 * step, joined with that of the gradient signal by precision.
 *
 * @param rate growth a step, of the logarithm
 * @param error its standard error, residuals' autocorrelation of 1 allowed for by a factor of √3
 */
record GrowthFit(double rate, double error) {
  private static final double SIGNIFICANT = 2;
  private static final double CORRELATION = 3;
  // float32, in which most losses are computed.
  private static final double LOG_LARGEST = StrictMath.log(Float.MAX_VALUE);

  /** Nothing is known. */
  static final GrowthFit UNKNOWN = new GrowthFit(0, Double.POSITIVE_INFINITY);

  /** Of the last n values; unknown for less than 4. */
  static GrowthFit of(RecordBook book, int n) {
    if (n < 4) {
      return UNKNOWN;
    }
    double meanTime = (n - 1) / 2.0;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += StrictMath.log(book.above(book.recent(i))) / n;
    }
    double sxx = 0;
    double sxy = 0;
    double syy = 0;
    for (int i = 0; i < n; i++) {
      double x = meanTime - i;
      double y = StrictMath.log(book.above(book.recent(i))) - mean;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
    }
    return of(n, sxx, sxy, syy);
  }

  /** Of n values, by the sums of squares and products of time and logarithm about their means. */
  static GrowthFit of(long n, double sxx, double sxy, double syy) {
    double slope = sxy / sxx;
    double residual = Math.max(0, syy - slope * sxy) / (n - 2);
    return new GrowthFit(slope, Math.sqrt(CORRELATION * residual / sxx) + 1e-9);
  }

  /** The common rate. */
  GrowthFit and(GrowthFit other) {
    double a = 1 / (error * error);
    double b = 1 / (other.error * other.error);
    return a + b > 0
        ? new GrowthFit((a * rate + b * other.rate) / (a + b), 1 / Math.sqrt(a + b))
        : this;
  }

  /** Whether it grows for sure, and at another rate than the other does. */
  boolean differs(GrowthFit other) {
    return significant()
        && Math.abs(rate - other.rate) > SIGNIFICANT * Math.hypot(error, other.error);
  }

  boolean significant() {
    return exceeds(SIGNIFICANT);
  }

  /** Whether it grows by more than so many standard errors. */
  boolean exceeds(double errors) {
    return rate > errors * error;
  }

  /**
   * Steps until x, of a norm its square, overflows float32 at this rate; empty unless it grows for
   * sure.
   */
  OptionalDouble stepsToOverflow(double x, double sds) {
    double r = rate + sds * error;
    return significant() && r > 0 && x > 0
        ? OptionalDouble.of(Math.max(0, (LOG_LARGEST - StrictMath.log(x)) / r))
        : OptionalDouble.empty();
  }
}
