package io.thermograd.accuracy;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.BasinStanding.Exposure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The basins of a line with two wells, known exactly: what a perfect model of a run's basins would
 * say. A well is left when the core of the other is entered. Wells are numbered 1 and 2 in the
 * order of their discovery.
 */
final class KnownWells {
  private static final int WELLS = 2;

  private final double left;
  private final double right;
  private final long[] steps = new long[WELLS];
  private final double[] time = new double[WELLS];
  private final long[][] transitions = new long[WELLS][WELLS];
  private final List<Exposure> exposures = new ArrayList<>();
  private @Nullable Exposure now;
  private boolean firstIsRight;
  private int current;
  private int count;
  private long enteredAt;

  /**
   * @param left the core of the left well is below
   * @param right the core of the right well is above
   */
  KnownWells(double left, double right) {
    this.left = left;
    this.right = right;
  }

  /**
   * Adds steps up to one.
   *
   * @param passed steps since the last call
   * @param rate η
   * @param temperature T
   */
  Optional<BasinChange> accept(
      long step, double x, long passed, double rate, long batch, double temperature) {
    Exposure here = exposure(rate / batch, temperature, rate);
    if (current > 0) {
      steps[current - 1] += passed;
      time[current - 1] += passed * rate;
      here.steps()[current - 1] += passed;
      here.time()[current - 1] += passed * rate;
    }
    if (x > left && x < right) {
      return Optional.empty();
    }
    boolean isRight = x >= right;
    if (current == 0) {
      firstIsRight = isRight;
    }
    int well = isRight == firstIsRight ? 1 : 2;
    if (well == current) {
      return Optional.empty();
    }
    int from = current;
    current = well;
    boolean known = well <= count;
    count = Math.max(count, well);
    enteredAt = step;
    if (from == 0) {
      return Optional.empty();
    }
    transitions[from - 1][well - 1]++;
    here.transitions()[from - 1][well - 1]++;
    return Optional.of(new BasinChange(from, well, step, step, known));
  }

  private Exposure exposure(double nominal, double temperature, double rate) {
    Exposure last = now;
    if (last != null && last.nominal() == nominal) {
      return last;
    }
    for (Exposure exposure : exposures) {
      if (exposure.nominal() == nominal) {
        now = exposure;
        return exposure;
      }
    }
    Exposure made =
        new Exposure(
            nominal, temperature, rate, new long[WELLS], new double[WELLS], new long[WELLS][WELLS]);
    exposures.add(made);
    now = made;
    return made;
  }

  /** Whether the run is, or last was, in the right well. */
  boolean inRight() {
    return (current == 1) == firstIsRight;
  }

  BasinStanding standing() {
    return new BasinStanding(
        current, count, count > 1, enteredAt, steps, time, transitions, List.copyOf(exposures));
  }
}
