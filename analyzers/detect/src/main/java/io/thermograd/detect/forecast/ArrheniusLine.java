package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.BasinStanding.Exposure;
import io.thermograd.theory.ArrheniusCounts;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The line of log k over 1/T through the stays in a basin, by the likelihood of the exits in the
 * time spent there at each temperature, those without an exit among them. T is the effective
 * temperature where that is known at all of them, and otherwise η_eff/B, which serves for times and
 * learning rates as long as the noise is the same, but not for energies. Immutable.
 *
 * @param fit of the rates, per SGD time
 * @param energies whether its temperatures are in units of the loss
 * @param temperature of the latest step, in the same units
 */
record ArrheniusLine(ArrheniusCounts fit, boolean energies, double temperature) {
  private static final int LEAST = 3;

  /**
   * Relative standard error of the law itself, of ΔU times the distance in 1/T: Kramers' prefactor
   * is one only to first order in T/ΔU, and SGD at ηκ of some tenths hotter than its temperature.
   */
  private static final double MODEL = 0.03;

  /** Standard errors at which an end of the rate is taken from the likelihood: 95 %. */
  private static final double END = 1.6448536269514722;

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
    Exposure here = all.get(nearest);
    boolean energies = here.temperature() > 0;
    int left = 0;
    for (int i = 0; i < all.size(); i++) {
      if ((present || i != nearest) && exits(all.get(i).transitions(), basin) > 0) {
        left++;
        energies &= all.get(i).temperature() > 0;
      }
    }
    if (left < LEAST) {
      return null;
    }
    int n = 0;
    double[] temperatures = new double[all.size()];
    double[] times = new double[all.size()];
    long[] events = new long[all.size()];
    for (int i = 0; i < all.size(); i++) {
      Exposure exposure = all.get(i);
      double temperature = energies ? exposure.temperature() : exposure.nominal();
      long exits = exits(exposure.transitions(), basin);
      double time = exposure.time()[basin];
      boolean told = temperature > 0 && temperature < Double.POSITIVE_INFINITY;
      if ((present || i != nearest) && told && (exits > 0 || time > 0)) {
        temperatures[n] = temperature;
        events[n] = exits;
        times[n++] = Math.max(time, Double.MIN_NORMAL);
      }
    }
    temperatures = Arrays.copyOf(temperatures, n);
    times = Arrays.copyOf(times, n);
    events = Arrays.copyOf(events, n);
    double now = energies ? here.temperature() * nominal / here.nominal() : nominal;
    return distinct(temperatures, events)
        ? new ArrheniusLine(ArrheniusCounts.fit(temperatures, times, events), energies, now)
        : null;
  }

  /**
   * log k at the present temperature, with the errors of the counts to either side and that of the
   * law over the distance to the temperatures that it rests on.
   */
  LogRate rate() {
    double mode = fit.logRate(temperature);
    double law = MODEL * fit.barrier() * (1 / temperature - fit.meanInverse());
    double above = (fit.logRateEnd(temperature, END) - mode) / END;
    double below = (mode - fit.logRateEnd(temperature, -END)) / END;
    return new LogRate(mode, Math.hypot(below, law), Math.hypot(above, law));
  }

  /** Whether the barrier is above 0 by two standard errors. */
  boolean significant() {
    return fit.barrier() > 2 * Math.sqrt(fit.barrierVariance());
  }

  /** Whether exits are at different temperatures. */
  private static boolean distinct(double[] temperatures, long[] exits) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (int i = 0; i < temperatures.length; i++) {
      if (exits[i] > 0) {
        low = Math.min(low, temperatures[i]);
        high = Math.max(high, temperatures[i]);
      }
    }
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
