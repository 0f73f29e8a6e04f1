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
  private static final int LONG = 32;
  private static final double BEYOND_ALL = 3;
  private static final double RUNAWAY = 1e12;
  private static final int NEAR_PEAK = 4;
  private static final int LASTING = 16;
  private static final int PAST_PEAK = 12;
  private static final int HALF = LONG / 2;
  // It is asked at every step.
  private static final double CERTAIN = 3;
  private static final double TIMES = 6;
  private static final double STUCK = 0.5;
  private static final double RETURNING = 0.5;
  private static final int BACK = 16;
  private static final int RECEDED = 64;
  private static final int SETTLING = 128;
  private static final double STILL_GROWING = 1.5;

  private final RecordBook loss;
  private final Standstill standstill = new Standstill();
  private double peak;
  private long peakAge;
  private double bound;
  private double before;
  private double mark;
  private long marked;
  private double soonest;
  private double top;
  private long since;
  private long age;
  private long below;

  Rise(RecordBook loss) {
    this.loss = loss;
  }

  /** Begins with the loss x, the book's latest; since is to follow. */
  void open(double x) {
    // Where a run descends it may soar below what its loss was long ago.
    bound = x > loss.record(ROBUST) ? loss.record(ROBUST) : loss.recordOfLate(ROBUST);
    before = loss.typical();
    peak = Math.max(x, loss.level(1));
    top = peak;
    mark = x;
    marked = 0;
    soonest = Double.NaN;
    standstill.begin();
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
    if (loss.above(loss.level(1)) > STILL_GROWING * loss.above(top)) {
      top = loss.level(1);
      soonest = Double.NaN;
      standstill.begin();
    } else {
      standstill.add(StrictMath.log(loss.above(loss.recent(0))));
    }
    below = loss.level(ROBUST) <= bound ? below + 1 : 0;
  }

  /** Below the old record for 16 steps. */
  boolean isBack() {
    return below >= BACK;
  }

  /** 64 steps after its peak, or after it became critical behind that, half of it is gone. */
  boolean recedes() {
    double high = peakAge > marked ? peak : mark;
    return age - Math.max(peakAge, marked) >= RECEDED
        && loss.above(loss.level(RecordBook.SCALES - 1)) <= RETURNING * loss.above(high);
  }

  /** It is critical from here on: a new time begins in which it may settle. */
  void mark() {
    // The level of 32 steps may not have risen yet.
    mark = loss.medianOfEight(0);
    marked = age;
  }

  /** Asked once a step: 128 steps have not brought it half as high again. */
  boolean hasStopped() {
    if ((age - marked) % SETTLING != 0) {
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
    return loss.above(x) > RUNAWAY * loss.above(ever());
  }

  /** Whether it fell for sure in the last steps that were looked at. */
  boolean falls() {
    return standstill.falls();
  }

  /** Asked once a step: whether it is high still, and found to fall for sure in this step. */
  boolean turnsDown() {
    return standstill.looked() && standstill.falls() && isHigh();
  }

  /** Whether it is high and does not fall for sure: it will be found to stand still, or not. */
  boolean isUndecided() {
    return isHigh() && !standstill.falls();
  }

  /** 3 times higher than the run ever was, start included, and now half as high at least. */
  private boolean isHigh() {
    return isBeyondAll()
        && loss.count() >= 8
        && loss.above(loss.medianOfEight(0)) >= STUCK * loss.above(ever());
  }

  private boolean isBeyondAll() {
    return loss.above(peak) > BEYOND_ALL * loss.above(ever());
  }

  private double ever() {
    return Math.max(loss.highest(), bound);
  }

  /**
   * Asked once a step: whether the loss x shows that it does not come back.
   *
   * @param extent what all its steps show
   */
  boolean outlasts(double x, Overshoot.Extent extent) {
    if (isEndless(x)) {
      return true;
    }
    return loss.score(ROBUST) > 0
        && ((isBeyondAll() && extent != Overshoot.Extent.WANDERS && growsOn())
            || (isHigh()
                && (standsStill() || (extent == Overshoot.Extent.BEYOND_CATAPULTS && stays()))));
  }

  private boolean growsOn() {
    return longAndNearPeak()
        && GrowthFit.of(loss, LONG).exceeds(CERTAIN)
        && GrowthFit.of(loss, HALF).exceeds(CERTAIN);
  }

  private boolean stays() {
    return age >= LASTING
        && age - peakAge >= PAST_PEAK
        && loss.above(loss.medianOfEight(0)) >= RETURNING * loss.above(loss.medianOfEight(8));
  }

  private boolean standsStill() {
    if (!standstill.looked()) {
      return false;
    }
    double steps = standstill.soonest(StrictMath.log(loss.above(before)));
    if (steps <= TIMES * age) {
      return false;
    }
    soonest = steps;
    return true;
  }

  /**
   * Steps in which it would be back at the soonest, when it became critical for standing still;
   * infinite for never, NaN when it did not.
   */
  double soonest() {
    return soonest;
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
    out.writeLong(marked);
    out.writeDouble(soonest);
    out.writeDouble(top);
    out.writeLong(since);
    out.writeLong(age);
    out.writeLong(below);
    standstill.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    peak = in.readDouble();
    peakAge = in.readLong();
    bound = in.readDouble();
    before = in.readDouble();
    mark = in.readDouble();
    marked = in.readLong();
    soonest = in.readDouble();
    top = in.readDouble();
    since = in.readLong();
    age = in.readLong();
    below = in.readLong();
    standstill.readFrom(in);
  }
}
