package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.BatchMeans;
import io.thermograd.detect.series.SlopeFit;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Straight lines through the last 16, 32, 64 … losses, one a level ({@link SlopeFit}), and what
 * each says of itself: whether it moves, whether it is flat, where it began.
 *
 * <p>O(1) a loss: 16 numbers fitted twice on average. One owner thread.
 */
final class SlopeLadder {
  static final int LEVELS = 11;

  /** Student's t of 95 %, 14 degrees. */
  static final double INTERVAL = 2.145;

  private static final double FLAT = 0.01;
  private static final double HORIZON = 128;
  private static final double HORIZON_SHARE = 1.0 / 16;
  private static final double SOARS = 0.5;
  private static final int NEARBY = 2; // 64 losses
  private static final int FIRST = BatchMeans.BATCHES / 4;

  private final BatchMeans batches = new BatchMeans(LEVELS);
  private final SlopeFit fit = new SlopeFit();
  private final double[] change = new double[LEVELS];
  private final double[] error = new double[LEVELS];
  private final double[] mean = new double[LEVELS];
  private final double[] spread = new double[LEVELS];
  private long count;

  void accept(double x) {
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
  }

  /** Losses so far. */
  long count() {
    return count;
  }

  boolean full(int l) {
    return batches.full(l);
  }

  /** Over the whole window. */
  double change(int l) {
    return change[l];
  }

  /** Standard error of {@link #change}. */
  double error(int l) {
    return error[l];
  }

  double mean(int l) {
    return mean[l];
  }

  double spread(int l) {
    return spread[l];
  }

  /** The level's window, in steps. */
  static long window(int l) {
    return BatchMeans.window(l);
  }

  /** Whether the change is beyond its error, and by 1 % within the horizon. */
  boolean moves(int l) {
    double threshold = Math.max(4.2, 6 - 0.3 * l);
    return Math.abs(change[l]) > threshold * error[l]
        && Math.abs(perHorizon(l, change[l])) > FLAT * scale(l);
  }

  /** Whether the 95 % interval of the slope lies inside ±1 % of the loss over the horizon. */
  boolean strictlyFlat(int l) {
    return perHorizon(l, extent(l)) < FLAT * scale(l);
  }

  /** The largest change of its 95 % interval, in size. */
  double extent(int l) {
    return Math.abs(change[l]) + INTERVAL * error[l];
  }

  private double perHorizon(int l, double x) {
    return x / window(l) * Math.max(HORIZON, HORIZON_SHARE * count);
  }

  /** What a change is small against. */
  double scale(int l) {
    return Math.max(Math.abs(mean[l]), spread[l]);
  }

  /** Whether it rises by half of where it began. */
  boolean soars(int l) {
    return start(l) > 0 && change[l] > SOARS * start(l);
  }

  /** Mean of a window's first quarter: a line through a bend begins far below. */
  double start(int l) {
    double sum = 0;
    for (int i = 0; i < FIRST; i++) {
      sum += batches.mean(l, i);
    }
    return sum / FIRST;
  }

  /** Where the last 64 losses lie, one outlier or not. */
  double middle() {
    return batches.medianMean(NEARBY);
  }

  /** Standard deviation of the last 64 losses, one outlier or not. */
  double deviation() {
    return Math.sqrt(batches.medianVariance(NEARBY));
  }

  /** The longest level that is full; 0 while none is. */
  int longest() {
    int l = 0;
    while (l + 1 < LEVELS && batches.full(l + 1)) {
      l++;
    }
    return l;
  }

  void writeTo(DataOutput out) throws IOException {
    batches.writeTo(out);
    for (int l = 0; l < LEVELS; l++) {
      out.writeDouble(change[l]);
      out.writeDouble(error[l]);
      out.writeDouble(mean[l]);
      out.writeDouble(spread[l]);
    }
    out.writeLong(count);
  }

  void readFrom(DataInput in) throws IOException {
    batches.readFrom(in);
    for (int l = 0; l < LEVELS; l++) {
      change[l] = in.readDouble();
      error[l] = in.readDouble();
      mean[l] = in.readDouble();
      spread[l] = in.readDouble();
    }
    count = in.readLong();
  }
}
