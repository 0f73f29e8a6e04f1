package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.BatchMeans;
import io.thermograd.detect.series.EDetector;
import io.thermograd.detect.series.Prewhitener;
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
 * at 16 steps and less for longer windows, of which fewer are looked at, 4.2 at the least; and it
 * is not equivalent to none.
 *
 * <p><b>Flat</b> is a claim of its own, not the lack of significance: the 95 % interval of the
 * slope lies inside ±1 % of the loss over a horizon of 128 steps, or of a sixteenth of the run
 * where that is longer (a loss ∝ t^(−a) is flat for a below 0.16, at any age). Where the parameters
 * are known to be in balance over a window ({@link Balance}), the loss may be less precise: inside
 * ±50 %, or two standard deviations, over the window. Either way the pace of the longer windows has
 * to be excluded at 2.5 standard errors: a descent has not ended while it may go on as before.
 *
 * <p>A flat stretch has a beginning, and what is older does not count against it. It ends when a
 * window within it moves, or when the {@link EDetector} on its innovations finds another level: one
 * false alarm in {@value #RUN_LENGTH} steps at most, as far as the innovations are normal.
 *
 * <p>O(1) a step: 16 numbers fitted twice on average. One owner thread.
 */
final class DriftWatch {
  private static final int LEVELS = 11;
  private static final int SHORTEST_FLAT = 2;
  private static final double RUN_LENGTH = 1e5;
  private static final int CALIBRATION = 256;
  private static final double INTERVAL = 2.145; // Student, 14 degrees
  private static final double FLAT = 0.01;
  private static final double LOOSELY_FLAT = 0.5;
  private static final double HORIZON = 128;
  private static final double HORIZON_SHARE = 1.0 / 16;
  private static final double PACE_SDS = 2.5;
  private static final double SD_GAIN = 1.0 / 64;

  private final BatchMeans batches = new BatchMeans(LEVELS);
  private final SlopeFit fit = new SlopeFit();
  private final Prewhitener prewhitener = new Prewhitener(CALIBRATION);
  private final EDetector levelChange = new EDetector(RUN_LENGTH);
  private final double[] change = new double[LEVELS];
  private final double[] error = new double[LEVELS];
  private final double[] mean = new double[LEVELS];
  private long count;
  private double sd;
  private Drift drift = Drift.UNKNOWN;
  private long origin;
  private int decided = -1;

  /** How far the parameters are known to be in balance. */
  interface BalanceTest {
    /** Whether they are, over a window that has just passed and is not longer than this. */
    boolean holdsWithin(long steps);
  }

  /** Adds a finite loss, spikes taken off. */
  void accept(double x, BalanceTest balance) {
    int top = batches.accept(x);
    count++;
    for (int l = 0; l <= top; l++) {
      if (batches.full(l)) {
        fit.set(batches, l);
        change[l] = fit.change();
        error[l] = fit.error();
        mean[l] = fit.mean();
        if (l == 0) {
          sd += (sd == 0 ? 1 : SD_GAIN) * (fit.scatter() - sd);
        }
      }
    }
    EDetector.Change found = levelChange.accept(prewhitener.accept(x), prewhitener.slack());
    if (!batches.full(0)) {
      return;
    }
    if (drift == Drift.FLAT) {
      leaveFlat(found);
    } else {
      decide(balance);
    }
  }

  private void leaveFlat(EDetector.Change found) {
    for (int l = 0; l < LEVELS && batches.full(l) && within(l); l++) {
      if (moves(l)) {
        leave(change[l] < 0 ? Drift.FALLING : Drift.RISING, l);
        return;
      }
      decided = l;
    }
    if (found == EDetector.Change.NONE) {
      return;
    }
    double shift = mean[0] - prewhitener.level();
    if (Math.abs(shift) > FLAT * scale(0) && shift < 0 == (found == EDetector.Change.DOWN)) {
      leave(shift < 0 ? Drift.FALLING : Drift.RISING, 0);
    } else {
      // Within what counts as flat: that is the level from now on.
      prewhitener.restart();
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

  private void decide(BalanceTest balance) {
    for (int l = 0; l < LEVELS && batches.full(l); l++) {
      if (moves(l)) {
        drift = change[l] < 0 ? Drift.FALLING : Drift.RISING;
        decided = l;
        return;
      }
      if (l >= SHORTEST_FLAT && isFlat(l, balance)) {
        drift = Drift.FLAT;
        decided = l;
        origin = count - BatchMeans.window(l);
        prewhitener.restart();
        levelChange.restart();
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

  private boolean isFlat(int l, BalanceTest balance) {
    double extent = Math.abs(change[l]) + INTERVAL * error[l];
    boolean strictly = perHorizon(l, extent) < FLAT * scale(l);
    boolean loosely =
        !strictly
            && extent < LOOSELY_FLAT * Math.max(Math.abs(mean[l]), 4 * sd)
            && balance.holdsWithin(BatchMeans.window(l));
    return (strictly || loosely) && paceExcluded(l);
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
    return Math.max(Math.abs(mean[l]), sd);
  }

  Drift drift() {
    return drift;
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

  /** Standard deviation of single losses about short trends. */
  double standardDeviation() {
    return sd;
  }

  void writeTo(DataOutput out) throws IOException {
    batches.writeTo(out);
    prewhitener.writeTo(out);
    levelChange.writeTo(out);
    for (int l = 0; l < LEVELS; l++) {
      out.writeDouble(change[l]);
      out.writeDouble(error[l]);
      out.writeDouble(mean[l]);
    }
    out.writeLong(count);
    out.writeDouble(sd);
    out.writeByte(drift.ordinal());
    out.writeLong(origin);
    out.writeInt(decided);
  }

  void readFrom(DataInput in) throws IOException {
    batches.readFrom(in);
    prewhitener.readFrom(in);
    levelChange.readFrom(in);
    for (int l = 0; l < LEVELS; l++) {
      change[l] = in.readDouble();
      error[l] = in.readDouble();
      mean[l] = in.readDouble();
    }
    count = in.readLong();
    sd = in.readDouble();
    drift = Drift.values()[in.readByte()];
    origin = in.readLong();
    decided = in.readInt();
  }
}
