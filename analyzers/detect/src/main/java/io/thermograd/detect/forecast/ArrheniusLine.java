package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.BasinStanding.Exposure;
import io.thermograd.theory.Arrhenius;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The line of log τ over 1/T through the stays in a basin at the temperatures at which it was left.
 * T is the effective temperature where that is known at all of them, and otherwise η_eff/B, which
 * serves for times and learning rates as long as the noise is the same, but not for energies.
 * Immutable.
 *
 * @param fit of the times, SGD time
 * @param energies whether its temperatures are in units of the loss
 * @param temperature of the latest step, in the same units
 */
record ArrheniusLine(Arrhenius fit, boolean energies, double temperature) {
  private static final int LEAST = 3;

  /**
   * Relative standard error of the law itself: SGD at ηκ of some tenths is hotter than its
   * temperature by as much as ηκ/2. Where only the learning rate changes that is the same shift of
   * 1/T at all of them, and of the barrier none.
   */
  private static final double MODEL = 0.05;

  /**
   * Of the current basin; null when it was left at fewer than {@value #LEAST} temperatures.
   *
   * @param nominal η_eff/B of the latest step
   * @param present whether the stays at its temperature are among them
   */
  static @Nullable ArrheniusLine of(BasinStanding basins, double nominal, boolean present) {
    List<Exposure> all = basins.exposures();
    int nearest = nearest(all, nominal);
    if (nearest < 0) {
      return null;
    }
    int basin = basins.current() - 1;
    int[] used = new int[all.size()];
    int n = 0;
    Exposure here = all.get(nearest);
    boolean energies = here.temperature() > 0;
    for (int i = 0; i < all.size(); i++) {
      if ((present || i != nearest) && exits(all.get(i).transitions(), basin) > 0) {
        used[n++] = i;
        energies &= all.get(i).temperature() > 0;
      }
    }
    if (n < LEAST) {
      return null;
    }
    double[] temperatures = new double[n];
    double[] times = new double[n];
    long[] events = new long[n];
    for (int j = 0; j < n; j++) {
      Exposure exposure = all.get(used[j]);
      temperatures[j] = energies ? exposure.temperature() : exposure.nominal();
      events[j] = exits(exposure.transitions(), basin);
      times[j] = Math.max(exposure.time()[basin], Double.MIN_NORMAL) / events[j];
    }
    double now = energies ? here.temperature() * nominal / here.nominal() : nominal;
    return Arrays.stream(temperatures).allMatch(t -> t > 0 && t < Double.POSITIVE_INFINITY)
            && distinct(temperatures)
        ? new ArrheniusLine(Arrhenius.fit(temperatures, times, events), energies, now)
        : null;
  }

  /** log τ at the present temperature. */
  double logTime() {
    return Math.log(fit.prefactor()) + fit.barrier() / temperature;
  }

  /**
   * Variance of its error: that of the fit, and of the law over the distance to the temperatures
   * that it rests on.
   */
  double variance() {
    return variance(temperature);
  }

  /** The same at another temperature. */
  double variance(double at) {
    double law = MODEL * fit.barrier() * (1 / at - fit.meanInverse());
    return fit.logTimeVariance(at) + law * law;
  }

  /** Whether the barrier is above 0 by two standard errors. */
  boolean significant() {
    return fit.barrier() > 2 * Math.sqrt(fit.barrierVariance());
  }

  private static boolean distinct(double[] x) {
    double low = Arrays.stream(x).min().orElse(0);
    double high = Arrays.stream(x).max().orElse(0);
    return high > low * (1 + 1e-6);
  }

  /** Stays at the temperature nearest to η_eff/B; null where none are told by temperature. */
  static @Nullable Exposure present(BasinStanding basins, double nominal) {
    int nearest = nearest(basins.exposures(), nominal);
    return nearest < 0 ? null : basins.exposures().get(nearest);
  }

  private static int nearest(List<Exposure> all, double nominal) {
    int nearest = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < all.size(); i++) {
      double off = Math.abs(Math.log(all.get(i).nominal() / nominal));
      if (off < least) {
        least = off;
        nearest = i;
      }
    }
    return nearest;
  }

  /** Transitions out of a basin, numbered from 0. */
  static long exits(long[][] transitions, int from) {
    long sum = 0;
    if (from < transitions.length) {
      for (int to = 0; to < transitions[from].length; to++) {
        sum += to == from ? 0 : transitions[from][to];
      }
    }
    return sum;
  }
}
