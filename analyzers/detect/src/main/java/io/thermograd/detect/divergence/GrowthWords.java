package io.thermograd.detect.divergence;

import io.thermograd.detect.words.Figures;
import java.util.Locale;
import java.util.OptionalDouble;

/** How a loss grows, in one sentence with numbers. */
public final class GrowthWords {
  private GrowthWords() {}

  /** Level before and now, growth a step, steps to overflow with their interval. */
  public static String describe(DivergenceDetector growth) {
    double now = growth.last();
    String level =
        String.format(
            Locale.ROOT,
            "loss %s, about %s and at most %s before step %,d",
            Figures.of(now),
            Figures.of(growth.reference()),
            Figures.of(growth.bound()),
            growth.since());
    GrowthFit fit = growth.fit();
    OptionalDouble steps = fit.stepsToOverflow(now, 0);
    if (steps.isEmpty()) {
      return level;
    }
    return level
        + String.format(
            Locale.ROOT,
            "; it grows by %s %% a step, which overflows in %,.0f steps%s",
            Figures.of(100 * Math.expm1(fit.rate())),
            steps.getAsDouble(),
            interval(fit, now, steps.getAsDouble()));
  }

  /** " (from to)", or nothing where it is the same whole number as the estimate. */
  private static String interval(GrowthFit fit, double now, double steps) {
    long soonest = Math.round(fit.stepsToOverflow(now, 1.96).orElse(0));
    OptionalDouble latest = fit.stepsToOverflow(now, -1.96);
    if (latest.isEmpty()) {
      return String.format(Locale.ROOT, " (%,d to never)", soonest);
    }
    long last = Math.round(latest.getAsDouble());
    return soonest == Math.round(steps) && last == soonest
        ? ""
        : String.format(Locale.ROOT, " (%,d to %,d)", soonest, last);
  }
}
