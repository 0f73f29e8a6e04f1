package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.BatchMeans;
import io.thermograd.detect.series.EDetector;
import io.thermograd.detect.series.SlopeFit;
import io.thermograd.detect.stationarity.Standing.Drift;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a loss falls, rises or is flat, over the shortest of the windows of 16, 32, 64 … steps
 * that decides.
 *
 * <p><b>Moving</b>: the change over a window ({@link SlopeFit}) is beyond t standard errors, t = 6
 * at 16 steps and less for longer windows, of which fewer are looked at, 4.2 at the least; and at
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
 * <p>O(1) a step: 16 numbers fitted twice on average. One owner thread.
 */
final class DriftWatch implements JumpWatch.Nearby {
  private static final int LEVELS = 11;
  private static final int SHORTEST_FLAT = 2;
  private static final int SHORTEST_LOOSE = 2;
  private static final double INTERVAL = 2.145; // Student, 14 degrees
  private static final double FLAT = 0.01;
  private static final double LOOSELY_FLAT = 0.5;
  private static final double LOOSELY_FLAT_SDS = 3;
  private static final double HORIZON = 128;
  private static final double HORIZON_SHARE = 1.0 / 16;
  private static final double PACE_SDS = 3.5;
  private static final double RISE_TIMES = 4;
  private static final double LEFT = 0.02;
  private static final double BATCHES_APART = 16;
  private static final double FAR = 6;
  private static final double SOARS = 0.5;
  private static final int NEARBY = 2; // 64 losses
  private static final int FIRST = BatchMeans.BATCHES / 4;

  private final BatchMeans batches = new BatchMeans(LEVELS);
  private final SlopeFit fit = new SlopeFit();
  private final LevelWatch level = new LevelWatch();
  private final double[] change = new double[LEVELS];
  private final double[] error = new double[LEVELS];
  private final double[] mean = new double[LEVELS];
  private final double[] spread = new double[LEVELS];
  private long count;
  private Drift drift = Drift.UNKNOWN;
  private long origin;
  private long resumed;
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
    int top = batches.accept(x);
    count++;
    for (int l = 0; l <= top; l++) {
      if (batches.full(l)) {
        fit.set(batches, l);
        change[l] = fit.change();
        error[l] = fit.error();
        mean[l] = fit.mean();
        spread[l] = fit.spread();
      }
    }
    if (!batches.full(0)) {
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
    for (int l = 0; l < LEVELS && batches.full(l) && within(l); l++) {
      longest = l;
    }
    for (int l = 0; l <= longest; l++) {
      boolean believed = BatchMeans.window(l) >= BATCHES_APART * time;
      boolean far = Math.abs(change[l]) > FAR * spread[longest];
      if ((believed || far) && moves(l) && Math.abs(change[l]) > LEFT * scale(l)) {
        leave(change[l] < 0 ? Drift.FALLING : Drift.RISING, l);
        return;
      }
    }
    decided = longest;
    loose = loose && !strictlyFlat(longest);
    if (found == EDetector.Change.NONE) {
      return;
    }
    double shift = mean[0] - level.level();
    if (Math.abs(shift) > LEFT * scale(0) && shift < 0 == (found == EDetector.Change.DOWN)) {
      leave(shift < 0 ? Drift.FALLING : Drift.RISING, 0);
    } else {
      // Within what counts as flat: that is the level from now on.
      level.restart();
    }
  }

  private void leave(Drift how, int level) {
    drift = how;
    decided = level;
    origin = count - BatchMeans.window(level);
  }

  private boolean within(int level) {
    return BatchMeans.window(level) <= count - origin;
  }

  private void decide(double time, BalanceTest balance) {
    for (int l = 0; l < LEVELS && batches.full(l); l++) {
      if (moves(l) && (change[l] < 0 || (unbroken(l) && (lasts(l, time) || soars(l))))) {
        drift = change[l] < 0 ? Drift.FALLING : Drift.RISING;
        decided = l;
        return;
      }
      if (l >= SHORTEST_FLAT && isFlat(l, balance)) {
        drift = Drift.FLAT;
        loose = !strictlyFlat(l);
        decided = l;
        origin = count - BatchMeans.window(l);
        level.restart();
        return;
      }
    }
    drift = drift == Drift.UNKNOWN ? Drift.UNKNOWN : Drift.UNDECIDED;
  }

  private boolean moves(int l) {
    double threshold = Math.max(4.2, 6 - 0.3 * l);
    return Math.abs(change[l]) > threshold * error[l]
        && Math.abs(perHorizon(l, change[l])) > FLAT * scale(l);
  }

  /** Whether no spike is between its losses: what is not quite back from one is no rise. */
  private boolean unbroken(int l) {
    return BatchMeans.window(l) <= count - resumed;
  }

  /** Whether a rise over that window is more than a swing. */
  private static boolean lasts(int l, double time) {
    return !(BatchMeans.window(l) < RISE_TIMES * time);
  }

  private boolean isFlat(int l, BalanceTest balance) {
    return strictlyFlat(l)
        ? paceExcluded(l)
        : l >= SHORTEST_LOOSE
            && extent(l) < Math.max(LOOSELY_FLAT * Math.abs(mean[l]), LOOSELY_FLAT_SDS * spread[l])
            && change[l] > -INTERVAL * error[l]
            && paceExcluded(l)
            && balance.holdsCloselyWithin(BatchMeans.window(l));
  }

  private double extent(int l) {
    return Math.abs(change[l]) + INTERVAL * error[l];
  }

  private boolean strictlyFlat(int l) {
    return perHorizon(l, extent(l)) < FLAT * scale(l);
  }

  private boolean paceExcluded(int l) {
    for (int m = l + 1; m < LEVELS && batches.full(m); m++) {
      if (moves(m)) {
        double pace = change[m] * BatchMeans.window(l) / BatchMeans.window(m);
        if (Math.abs(change[l] - pace) < PACE_SDS * error[l]
            || Math.abs(change[l]) > Math.abs(pace)) {
          return false;
        }
      }
    }
    return true;
  }

  private double perHorizon(int l, double x) {
    return x / BatchMeans.window(l) * Math.max(HORIZON, HORIZON_SHARE * count);
  }

  private double scale(int l) {
    return Math.max(Math.abs(mean[l]), spread[l]);
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
    origin = count;
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

  /** The losses of a spike have been left out. */
  void resume() {
    interrupt();
    resumed = count;
  }

  /** Whether it is called flat because the parameters are in balance. */
  boolean loose() {
    return drift == Drift.FLAT && loose;
  }

  /** Whether the window that decides rises by half of where it began. */
  boolean soars() {
    return drift == Drift.RISING && soars(decided);
  }

  private boolean soars(int l) {
    return start(l) > 0 && change[l] > SOARS * start(l);
  }

  /** Where the window that decides began. */
  double start() {
    return start(decided);
  }

  /** Mean of a window's first quarter: a line through a bend begins far below. */
  private double start(int l) {
    double sum = 0;
    for (int i = 0; i < FIRST; i++) {
      sum += batches.mean(l, i);
    }
    return sum / FIRST;
  }

  @Override
  public double middle() {
    return batches.medianMean(NEARBY);
  }

  @Override
  public double deviation() {
    return Math.sqrt(batches.medianVariance(NEARBY));
  }

  /** Losses since the flat stretch began, or since the window began that moves. */
  long length() {
    return count - origin;
  }

  /** Losses so far. */
  long count() {
    return count;
  }

  private int shown() {
    int l = decided;
    if (l < 0 || drift == Drift.UNDECIDED) {
      l = 0;
      while (l + 1 < LEVELS && batches.full(l + 1)) {
        l++;
      }
    }
    return l;
  }

  /** Per step, over the window that decides; NaN while there is none. */
  double slope() {
    return batches.full(0) ? change[shown()] / BatchMeans.window(shown()) : Double.NaN;
  }

  /** Standard error of {@link #slope}. */
  double slopeError() {
    return batches.full(0) ? error[shown()] / BatchMeans.window(shown()) : Double.NaN;
  }

  /** Mean over the same window. */
  double level() {
    return batches.full(0) ? mean[shown()] : Double.NaN;
  }

  /** Steps of the same window. */
  long window() {
    return batches.full(0) ? BatchMeans.window(shown()) : 0;
  }

  void writeTo(DataOutput out) throws IOException {
    batches.writeTo(out);
    level.writeTo(out);
    for (int l = 0; l < LEVELS; l++) {
      out.writeDouble(change[l]);
      out.writeDouble(error[l]);
      out.writeDouble(mean[l]);
      out.writeDouble(spread[l]);
    }
    out.writeLong(count);
    out.writeByte(drift.ordinal());
    out.writeLong(origin);
    out.writeLong(resumed);
    out.writeInt(decided);
    out.writeBoolean(loose);
  }

  void readFrom(DataInput in) throws IOException {
    batches.readFrom(in);
    level.readFrom(in);
    for (int l = 0; l < LEVELS; l++) {
      change[l] = in.readDouble();
      error[l] = in.readDouble();
      mean[l] = in.readDouble();
      spread[l] = in.readDouble();
    }
    count = in.readLong();
    drift = Drift.values()[in.readByte()];
    origin = in.readLong();
    resumed = in.readLong();
    decided = in.readInt();
    loose = in.readBoolean();
  }
}
