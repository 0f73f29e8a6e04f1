package io.thermograd.detect;

import io.thermograd.detect.words.Figures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Locale;

/**
 * The last jump of the learning rate, because it is the first suspect when a loss rises. The steep
 * first steps of a warm-up are not jumps: no rate before them has held.
 */
final class LearningRateHistory {
  // Warm-up and decay schedules move by less than this from step to step.
  private static final double JUMP = 1.2;
  private static final int HELD = 10;
  private static final double RAISE = 1.02;
  private static final int NEW = 32;

  private double now = Double.NaN;
  private double before = Double.NaN;
  private long changedAt = -1;
  private long steadySince = -1;
  private double highest;
  private long highestSince = -1;
  private long unknownSince = -1;

  void accept(long step, double rate) {
    boolean steady = now > 0 && rate <= JUMP * now && rate >= now / JUMP;
    if (!steady) {
      if (now > 0 && step - steadySince >= HELD) {
        before = now;
        changedAt = step;
      }
      steadySince = step;
    }
    now = rate;
    if (rate > highest) {
      if (rate > RAISE * highest && highest > 0 && step - highestSince >= HELD) {
        unknownSince = step;
      }
      highest = rate;
      highestSince = step;
    }
  }

  /** Whether the rate was raised, in the last {@value #NEW} steps, to where it never was before. */
  boolean isNew(long step) {
    return unknownSince >= 0 && step - unknownSince <= NEW;
  }

  /** Whether the rate was raised in the steps (from, to]. */
  boolean raisedBetween(long from, long to) {
    return changedAt > from && changedAt <= to && now > before;
  }

  /** "; the learning rate went …" where it was raised around that step; else empty. */
  String raisedAround(long step) {
    return raisedBetween(step - 200, step + 50) ? "; " + describeChange() : "";
  }

  String describeChange() {
    return String.format(
        Locale.ROOT,
        "the learning rate went from %s to %s at step %,d",
        Figures.of(before),
        Figures.of(now),
        changedAt);
  }

  /** Step of the last jump; −1 before any. */
  long changedAt() {
    return changedAt;
  }

  double now() {
    return now;
  }

  double before() {
    return before;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(now);
    out.writeDouble(before);
    out.writeLong(changedAt);
    out.writeLong(steadySince);
    out.writeDouble(highest);
    out.writeLong(highestSince);
    out.writeLong(unknownSince);
  }

  void readFrom(DataInput in) throws IOException {
    now = in.readDouble();
    before = in.readDouble();
    changedAt = in.readLong();
    steadySince = in.readLong();
    highest = in.readDouble();
    highestSince = in.readLong();
    unknownSince = in.readLong();
  }
}
