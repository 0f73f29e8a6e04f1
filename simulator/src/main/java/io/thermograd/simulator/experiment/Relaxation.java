package io.thermograd.simulator.experiment;

import java.util.Arrays;

/**
 * The rate at which a measured curve decays, from curves of independent groups of replicas.
 *
 * <p>Pure functions.
 */
final class Relaxation {
  private Relaxation() {}

  /**
   * Slope of the logarithm of the groups' mean curve while it falls from {@code upper} to {@code
   * lower} times its first value, by least squares; the interval is Student's over a jackknife that
   * leaves out one group at a time. What decays faster than the slowest mode should be gone at
   * {@code upper}.
   *
   * @param groups one curve a group, all of one length, at lags 0, 1, 2 …
   * @param lag time between two points of a curve
   * @return NaN when the curve does not reach {@code lower}
   */
  static Measured rate(double[][] groups, double lag, double upper, double lower) {
    double[] total = new double[groups[0].length];
    for (double[] curve : groups) {
      add(curve, 1, total);
    }
    int from = firstAtMost(total, upper * total[0]);
    int to = firstAtMost(total, lower * total[0]);
    if (to >= total.length || to - from < 1) {
      return new Measured(Double.NaN, Double.NaN, Double.NaN);
    }
    int n = groups.length;
    double[] without = new double[n];
    for (int g = 0; g < n; g++) {
      double[] rest = total.clone();
      add(groups[g], -1, rest);
      without[g] = -slope(rest, from, to) / lag;
    }
    double mean = Arrays.stream(without).average().orElse(Double.NaN);
    double squares = Arrays.stream(without).map(v -> (v - mean) * (v - mean)).sum();
    double value = -slope(total, from, to) / lag;
    double standardError = StrictMath.sqrt((n - 1.0) / n * squares);
    return Measured.student(n * value - (n - 1) * mean, standardError, n - 1.0);
  }

  /**
   * Autocovariance of series with mean 0, at lags 0 … lags−1, averaged over replicas and times.
   *
   * @param series sample s of replica r at [s][r]
   */
  static double[] autocovariance(double[][] series, int lags) {
    double[] covariance = new double[lags];
    for (int k = 0; k < lags; k++) {
      double sum = 0;
      for (int s = 0; s + k < series.length; s++) {
        double[] now = series[s];
        double[] later = series[s + k];
        for (int r = 0; r < now.length; r++) {
          sum += now[r] * later[r];
        }
      }
      covariance[k] = sum / ((double) (series.length - k) * series[0].length);
    }
    return covariance;
  }

  private static void add(double[] curve, double factor, double[] sum) {
    for (int k = 0; k < sum.length; k++) {
      sum[k] += factor * curve[k];
    }
  }

  private static int firstAtMost(double[] curve, double level) {
    int k = 0;
    while (k < curve.length && curve[k] > level) {
      k++;
    }
    return k;
  }

  /** Least-squares slope of log curve over the indices from … to. */
  private static double slope(double[] curve, int from, int to) {
    double middle = 0.5 * (from + to);
    double products = 0;
    double squares = 0;
    for (int k = from; k <= to; k++) {
      products += (k - middle) * StrictMath.log(curve[k]);
      squares += (k - middle) * (k - middle);
    }
    return products / squares;
  }
}
