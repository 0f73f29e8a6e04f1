package io.thermograd.detect.stationarity;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether a loss stands above its level for longer than a bad batch, and is not a new level yet.
 *
 * <p>It begins when the smaller of the middle two of the last 4 losses (three of four are above) is
 * beyond the level by 6 standard deviations and by 5 % of it, and ends when the larger of the
 * middle two is back within 3, or 20 %; or, as a new level, after 256 steps or 4 autocorrelation
 * times. A loss that fell is back where its fall had come to, which its mean lags behind: at the
 * end of the line through the last 64 losses, within 3 standard deviations of theirs about it. The
 * level is an exponential mean over 128 losses, the deviation that of the last two blocks of 64,
 * the larger: what a run did before, its first descent above all, is forgotten. Spikes are taken
 * off both, and both stand still while it lasts: the next jump is measured against what was before
 * the first.
 *
 * <p>O(1) a step. One owner thread.
 */
final class JumpWatch {
  private static final int LAST = 4;
  private static final double BEGINS = 6;
  private static final double ENDS = 3;
  private static final double LEAST = 0.05;
  private static final double BACK = 0.2;
  private static final double GAIN = 1.0 / 128;
  private static final int NEEDED = 64;
  private static final double RESOLUTION = 1e-3;
  private static final long LONGEST = 256;
  private static final double LONGEST_TIMES = 4;

  private final double[] last = new double[LAST];
  private final double[] sorted = new double[LAST];
  private long count;
  private long learnt;
  private double level;
  private double newer;
  private double older;
  private double squares;
  private double bound;
  private long age = -1;

  /** The last losses, those of the jump that has just begun without weight. */
  interface Nearby {
    /** Their median. */
    double middle();

    /** Their standard deviation. */
    double deviation();
  }

  /**
   * Adds a finite loss; whether it stands high now.
   *
   * @param filtered the same, spikes taken off
   * @param time autocorrelation time, steps; NaN while it is unknown
   * @param before the last 64 losses before this one, where there are as many
   */
  boolean accept(double x, double filtered, double time, Nearby before) {
    last[(int) (count % LAST)] = x;
    count++;
    if (count < LAST) {
      return false;
    }
    System.arraycopy(last, 0, sorted, 0, LAST);
    Arrays.sort(sorted);
    double sd = deviation();
    if (age >= 0) {
      age++;
      if (sorted[2] <= bound) {
        age = -1;
      } else if (age > Math.max(LONGEST, LONGEST_TIMES * (time > 0 ? time : 0))) {
        settle();
      }
    } else if (learnt >= NEEDED
        && sorted[1] > level + Math.max(BEGINS * sd, LEAST * Math.abs(level))) {
      open(before);
    }
    if (age < 0) {
      learn(filtered);
    }
    return age >= 0;
  }

  private void learn(double x) {
    if (learnt == 0) {
      level = x;
    }
    double innovation = x - level;
    if (learnt >= NEEDED) {
      double most = ENDS * deviation() + RESOLUTION * Math.abs(level);
      innovation = Math.max(-most, Math.min(most, innovation));
    }
    learnt++;
    level += Math.max(GAIN, 1.0 / learnt) * innovation;
    // About the level, not the block's own mean: a loss that wanders is not to jump.
    squares += innovation * innovation;
    if (learnt % NEEDED == 0) {
      older = newer;
      newer = squares / NEEDED;
      squares = 0;
    }
  }

  private double deviation() {
    return Math.sqrt(Math.max(newer, older));
  }

  /**
   * A rise that was too slow for it has been found by its slope; it began from that level.
   *
   * @return whether it is one still: not if the loss is back already
   */
  boolean open(double from) {
    double back = from + BACK * Math.abs(from);
    if (sorted[2] <= back) {
      return false;
    }
    age = 0;
    level = from;
    bound = back;
    return true;
  }

  private static double back(double from, double sd) {
    return from + Math.max(ENDS * sd, BACK * Math.abs(from));
  }

  /**
   * A rise has been found by other signs; it began from the level that is known here, if any is.
   */
  void open(Nearby before) {
    if (age < 0 && learnt >= NEEDED) {
      age = 0;
      bound =
          Math.min(
              back(level, deviation()), back(Math.min(level, before.middle()), before.deviation()));
    }
  }

  /** What it stands on now is the level from now on. */
  void settle() {
    age = -1;
    learnt = 0;
    newer = 0;
    older = 0;
    squares = 0;
  }

  boolean jumped() {
    return age >= 0;
  }

  /** What it stands above. */
  double level() {
    return level;
  }

  void writeTo(DataOutput out) throws IOException {
    for (double x : last) {
      out.writeDouble(x);
    }
    out.writeLong(count);
    out.writeLong(learnt);
    out.writeDouble(level);
    out.writeDouble(newer);
    out.writeDouble(older);
    out.writeDouble(squares);
    out.writeDouble(bound);
    out.writeLong(age);
  }

  void readFrom(DataInput in) throws IOException {
    for (int i = 0; i < LAST; i++) {
      last[i] = in.readDouble();
    }
    count = in.readLong();
    learnt = in.readLong();
    level = in.readDouble();
    newer = in.readDouble();
    older = in.readDouble();
    squares = in.readDouble();
    bound = in.readDouble();
    age = in.readLong();
  }
}
