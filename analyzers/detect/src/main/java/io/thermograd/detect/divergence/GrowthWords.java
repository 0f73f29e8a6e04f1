package io.thermograd.detect.divergence;

import io.thermograd.detect.words.Figures;
import java.util.Locale;
import java.util.OptionalDouble;

/** How a loss or a norm grows, in one sentence with numbers. */
public final class GrowthWords {
  private GrowthWords() {}

  /**
   * Level before and now, growth a step, steps to overflow with their interval; of the gradient
   * too, where that grows at another rate and overflows sooner. Of what is critical because it
   * stands still, the steps that it takes to come back at least, in place of that.
   */
  public static String describe(DivergenceDetector growth) {
    Subject what = growth.subject();
    double now = growth.last();
    String level =
        String.format(
            Locale.ROOT,
            "%s %s, against about %s and at most %s before step %,d",
            what.words(),
            Figures.of(what.shown(now)),
            Figures.of(what.shown(growth.reference())),
            Figures.of(what.shown(growth.bound())),
            growth.since());
    double soonest = growth.soonestBack();
    if (!Double.isNaN(soonest)) {
      return level + "; it grows no more, and " + back(soonest);
    }
    GrowthFit alone = growth.alone();
    GrowthFit gradient = growth.gradientFit();
    if (!gradient.differs(alone)) {
      return level + of("; it grows", what, growth.fit(), now);
    }
    double other = growth.gradientLast();
    boolean first =
        gradient.stepsToOverflow(other, 0).orElse(Double.POSITIVE_INFINITY)
            < alone.stepsToOverflow(now, 0).orElse(Double.POSITIVE_INFINITY);
    return level
        + of("; it grows", what, alone, now)
        + (first
            ? of("; the gradient norm goes first, it grows", Subject.GRADIENT, gradient, other)
            : "");
  }

  private static String back(double steps) {
    return Double.isInfinite(steps)
        ? "does not fall"
        : String.format(
            Locale.ROOT,
            "the fastest fall that its steps allow brings it back in %,.0f steps",
            steps);
  }

  private static String of(String begin, Subject what, GrowthFit fit, double now) {
    OptionalDouble steps = fit.stepsToOverflow(now, 0);
    return steps.isEmpty()
        ? ""
        : begin
            + String.format(
                Locale.ROOT,
                " by %s %% a step and overflows in %s%s",
                Figures.of(100 * Math.expm1(what.shownRate(fit.rate()))),
                Figures.steps(steps.getAsDouble()),
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
