package io.thermograd.simulator.dynamics;

/**
 * How far apart the values of a stationary, reversible series have to be to count as independent.
 *
 * <p>time τ = 1 + 2Σ_{k≥1} ρ_k, the factor by which Var of the mean exceeds that of independent
 * values: 1 for white noise, (1+φ)/(1−φ) for φ-autoregression. The sum ends by Geyer's initial
 * monotone sequence: pairs ρ_{2m} + ρ_{2m+1} are positive and fall in a reversible chain, so they
 * are summed while positive, each cut to its forerunner. Relative standard error about
 * √(2τ(2M+1)/n) with M the last lag. O(n·M). Source: C. Geyer, doi:10.1214/ss/1177011137.
 *
 * @param time τ, in units of the series' spacing; NaN for a constant series
 * @param lags lags that were summed
 * @param values all values over all chains
 */
public record Autocorrelation(double time, int lags, long values) {

  /** n/τ: independent values worth as much for a mean. */
  public double effectiveSamples() {
    return values / time;
  }

  /** Of one series, about its own mean. */
  public static Autocorrelation of(double[] series) {
    double sum = 0;
    for (double x : series) {
      sum += x;
    }
    return of(new double[][] {series}, sum / series.length);
  }

  /**
   * Of several chains of one process about a mean that is known, or estimated over all of them: a
   * chain that never left its well then shows as correlated, as it is.
   *
   * @param chains of the same length, at least 4; with few values beyond τ, time is a lower bound
   */
  public static Autocorrelation of(double[][] chains, double mean) {
    int n = chains[0].length;
    if (n < 4) {
      throw new IllegalArgumentException("series should have at least 4 values: had " + n);
    }
    for (double[] chain : chains) {
      if (chain.length != n) {
        throw new IllegalArgumentException(
            "chains should be equally long: were %d and %d".formatted(n, chain.length));
      }
    }
    double variance = covariance(chains, mean, 0);
    double sum = 0;
    double last = Double.POSITIVE_INFINITY;
    int lag = 0;
    for (; lag + 1 < n; lag += 2) {
      double pair = covariance(chains, mean, lag) + covariance(chains, mean, lag + 1);
      if (!(pair > 0)) {
        break;
      }
      last = Math.min(last, pair);
      sum += last;
    }
    return new Autocorrelation(2 * sum / variance - 1, lag, (long) n * chains.length);
  }

  /** Divided by n, not n − lag: biased towards 0, which keeps the sequence's noise down. */
  private static double covariance(double[][] chains, double mean, int lag) {
    double sum = 0;
    for (double[] chain : chains) {
      for (int t = 0; t + lag < chain.length; t++) {
        sum += (chain[t] - mean) * (chain[t + lag] - mean);
      }
    }
    return sum / chains.length / chains[0].length;
  }
}
