package io.thermograd.accuracy.jury;

import java.util.ArrayList;
import java.util.List;

/**
 * Alarms against what they were meant for, over many runs. An alarm within an event's stretch is
 * right; within a stretch that is not judged it does not count; everywhere else it is false. Alarms
 * less than 100 steps behind the one before are the same one.
 */
public final class AlarmTally {
  private static final int QUIET = 100;

  /**
   * A stretch of steps.
   *
   * @param to the first step behind it
   */
  public record Stretch(long from, long to) {
    boolean holds(long step) {
      return step >= from && step < to;
    }
  }

  private final List<Long> delays = new ArrayList<>();
  private long events;
  private long falseAlarms;
  private long quietSteps;

  /**
   * Adds one run.
   *
   * @param alarms steps, rising
   * @param wanted where an alarm is right
   * @param unjudged where it is neither
   */
  public void add(List<Long> alarms, List<Stretch> wanted, List<Stretch> unjudged, long steps) {
    for (Stretch event : wanted) {
      events++;
      alarms.stream()
          .filter(event::holds)
          .findFirst()
          .ifPresent(step -> delays.add(step - event.from()));
    }
    long last = Long.MIN_VALUE / 2;
    for (long step : alarms) {
      boolean excused =
          wanted.stream().anyMatch(s -> s.holds(step))
              || unjudged.stream().anyMatch(s -> s.holds(step));
      if (!excused && step - last > QUIET) {
        falseAlarms++;
      }
      last = step;
    }
    for (long step = 0; step < steps; step++) {
      long s = step;
      if (wanted.stream().noneMatch(w -> w.holds(s))
          && unjudged.stream().noneMatch(w -> w.holds(s))) {
        quietSteps++;
      }
    }
  }

  /** Events with an alarm. */
  public long found() {
    return delays.size();
  }

  public long events() {
    return events;
  }

  public long falseAlarms() {
    return falseAlarms;
  }

  /** Steps at which an alarm would be false. */
  public long quietSteps() {
    return quietSteps;
  }

  /** "found/events". */
  public String recall() {
    return events == 0 ? "-" : found() + "/" + events;
  }

  /** Share of the alarms that are right, one for an event at most; "-" without alarms. */
  public String precision() {
    long all = found() + falseAlarms;
    return all == 0 ? "-" : "%.2f".formatted((double) found() / all);
  }

  /** Median steps from event to alarm; "-" without any. */
  public String delay() {
    return median(delays);
  }

  /** Per 10⁶ steps, with the exact 95 % upper bound. */
  public String falseRate() {
    return Poisson.rate(falseAlarms, quietSteps);
  }

  static String median(List<Long> values) {
    if (values.isEmpty()) {
      return "-";
    }
    List<Long> sorted = values.stream().sorted().toList();
    return String.valueOf(sorted.get(sorted.size() / 2));
  }
}
