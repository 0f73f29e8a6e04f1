package io.thermograd.detect.series;

/**
 * Integrated autocorrelation time τ = 1 + 2Σ_k ρ_k of a series, in values: n values tell as much of
 * the mean as n/τ independent ones.
 *
 * <p>Geyer's initial monotone sequence: pairs Γ_m = γ_{2m} + γ_{2m+1} are summed while they are
 * positive, each at most the one before. Of the correlator's levels the first is taken on which the
 * sequence ends within the lags that there are; with s² the variance of single values, τ = 2^l·(2ΣΓ
 * − γ_0)/s², since means of 2^l values have the same long-run variance.
 *
 * <p>Standard error τ·√(2(2M + 1)/N), M the lag at which the sum ends and N the values of the level
 * (Madras and Sokal). NaN for less than {@value #NEEDED} values. Source: C. Geyer, Statist. Sci. 7
 * (1992), doi:10.1214/ss/1177011137; N. Madras, A. Sokal, J. Stat. Phys. 50 (1988),
 * doi:10.1007/BF01022990.
 *
 * @param value τ, at least 1 unless successive values are anticorrelated
 * @param error its standard error
 */
public record IntegratedTime(double value, double error) {
  private static final int NEEDED = 64;
  private static final IntegratedTime UNKNOWN = new IntegratedTime(Double.NaN, Double.NaN);

  /** Whether there is a value. */
  public boolean known() {
    return value > 0;
  }

  /** Of what the correlator has seen; unknown while no level decides. */
  public static IntegratedTime of(MultiTauCorrelator correlator) {
    double variance = correlator.covariance(0, 0);
    if (correlator.count(0) < NEEDED || !(variance > 0)) {
      return UNKNOWN;
    }
    for (int l = 0; l < correlator.levels(); l++) {
      double n = correlator.weight(l);
      if (n < 2 * MultiTauCorrelator.LAGS) {
        break;
      }
      double sum = 0;
      double before = Double.POSITIVE_INFINITY;
      for (int m = 0; m < MultiTauCorrelator.LAGS / 2; m++) {
        double pair = correlator.covariance(l, 2 * m) + correlator.covariance(l, 2 * m + 1);
        if (!(pair > 0)) {
          return of(correlator, l, sum, Math.max(1, 2 * m), variance, n);
        }
        before = Math.min(before, pair);
        sum += before;
      }
    }
    return UNKNOWN;
  }

  private static IntegratedTime of(
      MultiTauCorrelator correlator, int l, double sum, int lag, double variance, double n) {
    double longRun = (1L << l) * (2 * sum - correlator.covariance(l, 0));
    double tau = longRun / variance;
    if (!(tau > 0)) {
      return UNKNOWN;
    }
    return new IntegratedTime(tau, tau * Math.sqrt(2.0 * (2 * lag + 1) / n));
  }
}
