package io.thermograd.simulator.experiment;

/** Unbiased variance by Welford's recursion; NaN of fewer than two values. One owner thread. */
final class RunningVariance {
  private long n;
  private double mean;
  private double squares;

  void accept(double x) {
    n++;
    double d = x - mean;
    mean += d / n;
    squares += d * (x - mean);
  }

  double variance() {
    return n < 2 ? Double.NaN : squares / (n - 1);
  }
}
