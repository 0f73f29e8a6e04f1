package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.EDetector;
import io.thermograd.detect.stationarity.Standing.Drift;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a loss falls, rises or is flat, over the shortest of the windows of 16, 32, 64 … steps
 * that decides.
 *
 * <p><b>Moving</b>: the change over a window ({@link SlopeLadder}) is beyond t standard errors, t =
 * 6 at 16 steps and less for longer windows, of which fewer are looked at, 4.2 at the least; and at
 * its pace the loss changes by 1 % within the horizon. A rise has to last for 4 autocorrelation
 * times, or to be one by half: what goes up and down again is no drift.
 *
 * <p><b>Flat</b> is a claim of its own, not the lack of significance: the 95 % interval of the
 * slope lies inside ±1 % of the loss over a horizon of 128 steps, or of a sixteenth of the run
 * where that is longer (a loss ∝ t^(−a) is flat for a below 0.16, at any age). Where the parameters
 * are known to be in balance over a window ({@link Balance}), the loss may be less precise: inside
 * ±50 %, or three standard deviations, over the window. Either way the pace of the longer windows
 * has to be excluded at 3.5 standard errors: a descent has not ended while it may go on as before.
 * Over so imprecise a loss a fall by 2.1 standard errors forbids the claim.
 *
 * <p>A flat stretch has a beginning, and what is older does not count against it. It ends when a
 * window within it has moved by 2 % and either is 16 autocorrelation times long, so that its error
 * can be believed, or has left the spread of the losses far behind; or when {@link LevelWatch}
 * finds another level.
 *
 * <p>Where the run is known to have come into another basin, whose loss is another, what is older
 * says nothing of a drift: only windows since then can move. Flat it may be over any.
 *
 * <p>O(1) a step. One owner thread.
 */
final class DriftWatch implements JumpWatch.Nearby {
  private static final int SHORTEST_FLAT = 2;
  private static final int SHORTEST_LOOSE = 2;
  private static final double LOOSELY_FLAT = 0.5;
  private static final double LOOSELY_FLAT_SDS = 3;
  private static final double PACE_SDS = 3.5;
  private static final double RISE_TIMES = 4;
  private static final double LEFT = 0.02;
  private static final double BATCHES_APART = 16;
  private static final double FAR = 6;

  private final SlopeLadder lines = new SlopeLadder();
  private final LevelWatch level = new LevelWatch();
  private Drift drift = Drift.UNKNOWN;
  private long origin;
  private long resumed;
  private long entered;
  private int decided = -1;
  private boolean loose;

  /** How far the parameters are known to be in balance. */
  interface BalanceTest {
    /** Whether they are beyond doubt, over a window that has just passed and is not longer. */
    boolean holdsCloselyWithin(long steps);
  }

  /**
   * Adds a finite loss, spikes taken off.
   *
   * @param time autocorrelation time, steps, a long estimate of it; NaN while it is unknown
   */
  void accept(double x, double time, BalanceTest balance) {
    lines.accept(x);
    if (!lines.full(0)) {
      return;
    }
    if (drift == Drift.FLAT) {
      leaveFlat(level.accept(x, time), time);
    } else {
      decide(time, balance);
    }
  }

  private void leaveFlat(EDetector.Change found, double time) {
    int longest = 0;
    for (int l = 0; l < SlopeLadder.LEVELS && lines.full(l) && within(l); l++) {
      longest = l;
    }
    for (int l = 0; l <= longest; l++) {
      boolean believed = SlopeLadder.window(l) >= BATCHES_APART * time;
      boolean far = Math.abs(lines.change(l)) > FAR * lines.spread(longest);
      if ((believed || far) && moves(l) && Math.abs(lines.change(l)) > LEFT * lines.scale(l)) {
        leave(lines.change(l) < 0 ? Drift.FALLING : Drift.RISING, l);
        return;
      }
    }
    decided = longest;
    loose = loose && !lines.strictlyFlat(longest);
    if (found == EDetector.Change.NONE) {
      return;
    }
    double shift = lines.mean(0) - level.level();
    if (Math.abs(shift) > LEFT * lines.scale(0) && shift < 0 == (found == EDetector.Change.DOWN)) {
      leave(shift < 0 ? Drift.FALLING : Drift.RISING, 0);
    } else {
      // Within what counts as flat: that is the level from now on.
      level.restart();
    }
  }

  private void leave(Drift how, int level) {
    drift = how;
    decided = level;
    origin = count() - SlopeLadder.window(level);
  }

  /** Whether it moves, and no passage from basin to basin is why. */
  private boolean moves(int level) {
    return SlopeLadder.window(level) <= count() - entered && lines.moves(level);
  }

  private boolean within(int level) {
    return SlopeLadder.window(level) <= count() - origin;
  }

  private void decide(double time, BalanceTest balance) {
    for (int l = 0; l < SlopeLadder.LEVELS && lines.full(l); l++) {
      if (moves(l)
          && (lines.change(l) < 0 || (unbroken(l) && (lasts(l, time) || lines.soars(l))))) {
        drift = lines.change(l) < 0 ? Drift.FALLING : Drift.RISING;
        decided = l;
        return;
      }
      if (l >= SHORTEST_FLAT && isFlat(l, balance)) {
        drift = Drift.FLAT;
        loose = !lines.strictlyFlat(l);
        decided = l;
        origin = count() - SlopeLadder.window(l);
        level.restart();
        return;
      }
    }
    drift = drift == Drift.UNKNOWN ? Drift.UNKNOWN : Drift.UNDECIDED;
  }

  /** Whether no spike is between its losses: what is not quite back from one is no rise. */
  private boolean unbroken(int l) {
    return SlopeLadder.window(l) <= count() - resumed;
  }

  /** Whether a rise over that window is more than a swing. */
  private static boolean lasts(int l, double time) {
    return !(SlopeLadder.window(l) < RISE_TIMES * time);
  }

  private boolean isFlat(int l, BalanceTest balance) {
    return lines.strictlyFlat(l)
        ? paceExcluded(l)
        : l >= SHORTEST_LOOSE
            && lines.extent(l)
                < Math.max(
                    LOOSELY_FLAT * Math.abs(lines.mean(l)), LOOSELY_FLAT_SDS * lines.spread(l))
            && lines.change(l) > -SlopeLadder.INTERVAL * lines.error(l)
            && paceExcluded(l)
            && balance.holdsCloselyWithin(SlopeLadder.window(l));
  }

  private boolean paceExcluded(int l) {
    for (int m = l + 1; m < SlopeLadder.LEVELS && lines.full(m); m++) {
      if (moves(m)) {
        double pace = lines.change(m) * SlopeLadder.window(l) / SlopeLadder.window(m);
        if (Math.abs(lines.change(l) - pace) < PACE_SDS * lines.error(l)
            || Math.abs(lines.change(l)) > Math.abs(pace)) {
          return false;
        }
      }
    }
    return true;
  }

  Drift drift() {
    return drift;
  }

  /**
   * A flat stretch is to be judged by what comes from now on.
   *
   * @return whether there is one
   */
  boolean begin() {
    if (drift != Drift.FLAT) {
      return false;
    }
    origin = count();
    decided = 0;
    level.restart();
    return true;
  }

  /** The stretch is over for another reason than its slope. */
  void interrupt() {
    if (drift == Drift.RISING || drift == Drift.FLAT) {
      drift = Drift.UNDECIDED;
    }
  }

  /** The run is in another basin since so many losses. */
  void hop(long ago) {
    entered = count() - ago;
    level.restart();
    if (drift == Drift.RISING) {
      interrupt();
    }
  }

  /** The losses of a spike have been left out. */
  void resume() {
    interrupt();
    resumed = count();
  }

  /** Whether it is called flat because the parameters are in balance. */
  boolean loose() {
    return drift == Drift.FLAT && loose;
  }

  /** Whether the window that decides rises by half of where it began. */
  boolean soars() {
    return drift == Drift.RISING && lines.soars(decided);
  }

  /** Where the window that decides began. */
  double start() {
    return lines.start(decided);
  }

  @Override
  public double middle() {
    return lines.middle();
  }

  @Override
  public double deviation() {
    return lines.deviation();
  }

  /** Losses since the flat stretch began, or since the window began that moves. */
  long length() {
    return count() - origin;
  }

  /** Losses so far. */
  long count() {
    return lines.count();
  }

  private int shown() {
    return decided < 0 || drift == Drift.UNDECIDED ? lines.longest() : decided;
  }

  /** Per step, over the window that decides; NaN while there is none. */
  double slope() {
    return lines.full(0) ? lines.change(shown()) / SlopeLadder.window(shown()) : Double.NaN;
  }

  /** Standard error of {@link #slope}. */
  double slopeError() {
    return lines.full(0) ? lines.error(shown()) / SlopeLadder.window(shown()) : Double.NaN;
  }

  /** Mean over the same window. */
  double level() {
    return lines.full(0) ? lines.mean(shown()) : Double.NaN;
  }

  /** Steps of the same window. */
  long window() {
    return lines.full(0) ? SlopeLadder.window(shown()) : 0;
  }

  void writeTo(DataOutput out) throws IOException {
    lines.writeTo(out);
    level.writeTo(out);
    out.writeByte(drift.ordinal());
    out.writeLong(origin);
    out.writeLong(resumed);
    out.writeLong(entered);
    out.writeInt(decided);
    out.writeBoolean(loose);
  }

  void readFrom(DataInput in) throws IOException {
    lines.readFrom(in);
    level.readFrom(in);
    drift = Drift.values()[in.readByte()];
    origin = in.readLong();
    resumed = in.readLong();
    entered = in.readLong();
    decided = in.readInt();
    loose = in.readBoolean();
  }
}
