package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A rise of the loss that is open: where it came from, how high it went, and whether it is back,
 * over, or such as has never come back. O(1). One owner thread.
 */
final class Rise {
  // The time scale, of 8 steps, that no spike gets into.
  static final int ROBUST = 2;
  private static final int LASTING = 16;
  private static final int LONG = 32;
  private static final double BEYOND_ALL = 3;
  private static final double RUNAWAY = 1e12;
  private static final int NEAR_PEAK = 4;
  private static final int PAST_PEAK = 12;
  private static final double STUCK = 0.5;
  private static final double RETURNING = 0.5;
  private static final int BACK = 16;
  private static final int RECEDED = 64;
  private static final int SETTLING = 128;
  private static final double STILL_GROWING = 1.5;

  private final RecordBook loss;
  private double peak;
  private long peakAge;
  private double bound;
  private double before;
  private double mark;
  private long since;
  private long age;
  private long below;

  Rise(RecordBook loss) {
    this.loss = loss;
  }

  /** Begins with the loss x, the book's latest; since is to follow. */
  void open(double x) {
    bound = loss.record(ROBUST);
    before = loss.typical();
    peak = Math.max(x, loss.level(1));
    mark = x;
    age = 0;
    peakAge = 0;
    below = 0;
  }

  void since(long step) {
    since = step;
  }

  /** One more step, of which the book knows. */
  void follow() {
    age++;
    if (loss.level(1) > peak) {
      peak = loss.level(1);
      peakAge = age;
    }
    below = loss.level(ROBUST) <= bound ? below + 1 : 0;
  }

  /** Below the old record for 16 steps. */
  boolean isBack() {
    return below >= BACK;
  }

  /** 64 steps after the peak, and half of it is gone. */
  boolean recedes() {
    return age - peakAge >= RECEDED
        && loss.above(loss.level(RecordBook.SCALES - 1)) <= RETURNING * loss.above(peak);
  }

  /** Asked once a step: 128 steps have not brought it half as high again. */
  boolean hasStopped() {
    if (age % SETTLING != 0) {
      return false;
    }
    double level = loss.level(RecordBook.SCALES - 1);
    if (loss.above(level) < STILL_GROWING * loss.above(mark)) {
      return true;
    }
    mark = level;
    return false;
  }

  /** Whether the last value is beyond anything that comes back, at any age. */
  boolean isEndless(double x) {
    return loss.above(x) > RUNAWAY * loss.above(Math.max(loss.highest(), bound));
  }

  /** Whether it is higher and longer than a catapult, seen from the loss x alone. */
  boolean outlasts(double x) {
    double ever = loss.above(Math.max(loss.highest(), bound));
    if (isEndless(x)) {
      return true;
    }
    if (age < LASTING || loss.above(peak) <= BEYOND_ALL * ever || loss.score(ROBUST) <= 0) {
      return false;
    }
    return longAndNearPeak()
        || (age - peakAge >= PAST_PEAK
            && loss.above(loss.medianOfEight(0)) >= STUCK * ever
            && loss.above(loss.medianOfEight(0)) >= RETURNING * loss.above(loss.medianOfEight(8)));
  }

  /** It has gone on for 32 steps, and its peak is less than 4 steps ago. */
  boolean longAndNearPeak() {
    return age >= LONG && age - peakAge < NEAR_PEAK;
  }

  long since() {
    return since;
  }

  double bound() {
    return bound;
  }

  double before() {
    return before;
  }

  double peak() {
    return peak;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(peak);
    out.writeLong(peakAge);
    out.writeDouble(bound);
    out.writeDouble(before);
    out.writeDouble(mark);
    out.writeLong(since);
    out.writeLong(age);
    out.writeLong(below);
  }

  void readFrom(DataInput in) throws IOException {
    peak = in.readDouble();
    peakAge = in.readLong();
    bound = in.readDouble();
    before = in.readDouble();
    mark = in.readDouble();
    since = in.readLong();
    age = in.readLong();
    below = in.readLong();
  }
}
