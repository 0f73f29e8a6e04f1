package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How high one positive signal went in the recent past, at four time scales, and by how much it now
 * stands above that.
 *
 * <p>At each scale of w ∈ {1, 2, 8, 32} steps the signal is replaced by an order statistic of its
 * last w values (the smallest, but the 11th smallest of 32), which stands high only while most of
 * them do: from w = 2 on, a spike passes it by. The history is a ring of 16 blocks' maxima of that;
 * a block has 8 steps at first and, by merging, 32 in the end, so that between 256 and 512 steps
 * are remembered. The score is
 *
 * <pre>z = log((x − f)/(R − f)) / s,</pre>
 *
 * R the largest maximum, f the floor (the smallest value in the ring), s the standard deviation of
 * the change of log(maximum − f) from block to block. That change contains whatever makes maxima
 * differ: tails, wandering, changing variance; a trend is taken off.
 *
 * <p>O(1): 42 numbers sorted a step, 64 logarithms a block. No allocation. One owner thread.
 */
final class RecordBook {
  static final int SCALES = 4;
  private static final int[] WIDTH = {1, 2, 8, 32};
  private static final int[] RANK = {0, 0, 0, 10};
  private static final int RECENT = 32;
  private static final int BLOCKS = 18;
  private static final int QUARANTINE = 2;
  private static final int FIRST_LENGTH = 8;
  private static final int LAST_LENGTH = 32;
  private static final int NEEDED_BLOCKS = 4 + QUARANTINE;
  private static final int LATE_BLOCKS = 3;
  private static final long TYPICAL = 72;
  private static final double LEAST_SCATTER = 0.1;
  // Below this share of the floor a difference is rounding or next to it.
  private static final double RESOLUTION = 1e-3;

  private final double[] recent = new double[RECENT];
  private final double[] sorted = new double[RECENT];
  private final double[] level = new double[SCALES];
  private final double[][] maxima = new double[SCALES][BLOCKS];
  private final double[] minima = new double[BLOCKS];
  private final double[] record = new double[SCALES];
  private final double[] late = new double[SCALES];
  private final double[] scatter = new double[SCALES];
  private final double[] blockMaximum = new double[SCALES];
  private double blockMinimum;
  private double middle;
  private long learnt;
  private double floor;
  private double highest = Double.NEGATIVE_INFINITY;
  private long count;
  private int blocks;
  private int length;
  private int inBlock;

  RecordBook() {
    forget();
  }

  /** As if nothing had ever been looked at. */
  void clear() {
    highest = Double.NEGATIVE_INFINITY;
    count = 0;
    forget();
  }

  /** Starts anew. */
  void forget() {
    learnt = 0;
    blocks = 0;
    length = FIRST_LENGTH;
    middle = 0;
    startBlock();
  }

  private void startBlock() {
    inBlock = 0;
    blockMinimum = Double.POSITIVE_INFINITY;
    Arrays.fill(blockMaximum, Double.NEGATIVE_INFINITY);
  }

  /** Looks at a finite value without taking it into the history. */
  void look(double x) {
    recent[(int) (count % RECENT)] = x;
    count++;
    for (int s = 0; s < SCALES; s++) {
      level[s] = orderStatistic(WIDTH[s], RANK[s]);
    }
  }

  private double orderStatistic(int width, int rank) {
    int n = (int) Math.min(width, count);
    if (rank == 0) {
      double least = recent(0);
      for (int i = 1; i < n; i++) {
        least = Math.min(least, recent(i));
      }
      return least;
    }
    for (int i = 0; i < n; i++) {
      sorted[i] = recent[(int) ((count - 1 - i) % RECENT)];
    }
    Arrays.sort(sorted, 0, n);
    return sorted[Math.min(rank, n - 1)];
  }

  /** Takes the value looked at last into the history. */
  void learn() {
    blockMinimum = Math.min(blockMinimum, recent[(int) ((count - 1) % RECENT)]);
    for (int s = 0; s < SCALES; s++) {
      if (count >= WIDTH[s]) {
        blockMaximum[s] = Math.max(blockMaximum[s], level[s]);
      }
    }
    learnt++;
    long typical = learnt - WIDTH[2] + 1;
    if (typical > 0) {
      middle += (level[2] - middle) / Math.min(TYPICAL, typical);
    }
    inBlock++;
    if (inBlock == length) {
      closeBlock();
    }
  }

  private void closeBlock() {
    if (blocks == BLOCKS) {
      if (length < LAST_LENGTH) {
        mergePairs();
      } else {
        dropOldest();
      }
    }
    minima[blocks] = blockMinimum;
    for (int s = 0; s < SCALES; s++) {
      maxima[s][blocks] = blockMaximum[s];
    }
    blocks++;
    startBlock();
    if (blocks <= QUARANTINE) {
      return;
    }
    highest = Math.max(highest, maxima[1][blocks - 1 - QUARANTINE]);
    floor = Double.POSITIVE_INFINITY;
    for (int i = 0; i < blocks - QUARANTINE; i++) {
      floor = Math.min(floor, minima[i]);
    }
    for (int s = 0; s < SCALES; s++) {
      summarise(s);
    }
  }

  private void mergePairs() {
    for (int i = 0; i < BLOCKS / 2; i++) {
      minima[i] = Math.min(minima[2 * i], minima[2 * i + 1]);
      for (double[] m : maxima) {
        m[i] = Math.max(m[2 * i], m[2 * i + 1]);
      }
    }
    blocks = BLOCKS / 2;
    length *= 2;
  }

  private void dropOldest() {
    System.arraycopy(minima, 1, minima, 0, BLOCKS - 1);
    for (double[] m : maxima) {
      System.arraycopy(m, 1, m, 0, BLOCKS - 1);
    }
    blocks--;
  }

  private void summarise(int s) {
    record[s] = Double.NEGATIVE_INFINITY;
    late[s] = Double.NEGATIVE_INFINITY;
    double before = Double.NaN;
    double mean = 0;
    double squares = 0;
    int n = 0;
    for (int i = 0; i < blocks - QUARANTINE; i++) {
      record[s] = Math.max(record[s], maxima[s][i]);
      if (i >= blocks - QUARANTINE - LATE_BLOCKS) {
        late[s] = Math.max(late[s], maxima[s][i]);
      }
      double now = StrictMath.log(above(maxima[s][i]));
      double change = now - before;
      before = now;
      if (Double.isFinite(change)) {
        n++;
        double d = change - mean;
        mean += d / n;
        squares += d * (change - mean);
      }
    }
    // Few changes tell little of their scatter: a normal's 97.5 % quantile grows to Student's.
    scatter[s] =
        n < 2 ? Double.NaN : Math.max(LEAST_SCATTER, Math.sqrt(squares / (n - 1)) * (1 + 3.0 / n));
  }

  /** x above the floor; never quite 0. */
  double above(double x) {
    return Math.max(0, x - floor) + RESOLUTION * Math.abs(floor) + Double.MIN_NORMAL;
  }

  /** z of the last value looked at; NaN while the history is too short. */
  double score(int scale) {
    return score(scale, record[scale]);
  }

  /** The same above the record of late: where a run descends, the older one is another time's. */
  double scoreOfLate(int scale) {
    return score(scale, late[scale]);
  }

  private double score(int scale, double high) {
    if (blocks < NEEDED_BLOCKS || count < WIDTH[scale]) {
      return Double.NaN;
    }
    return StrictMath.log(above(level[scale]) / above(high)) / scatter[scale];
  }

  /** A typical value: the mean of the smallest of 8, of the last 72 values or so. */
  double typical() {
    return middle;
  }

  /** The largest order statistic of the history. */
  double record(int scale) {
    return record[scale];
  }

  /** The largest of the three latest blocks, those not counted yet aside. */
  double recordOfLate(int scale) {
    return late[scale];
  }

  /** The highest that two values in a row ever were, those not counted yet aside. */
  double highest() {
    return highest;
  }

  /** The order statistic of the last values. */
  double level(int scale) {
    return level[scale];
  }

  /** Median of the values i, …, i+7 steps ago; so many have to be there. */
  double medianOfEight(int i) {
    for (int j = 0; j < 8; j++) {
      sorted[j] = recent(i + j);
    }
    Arrays.sort(sorted, 0, 8);
    return sorted[4];
  }

  /** The i-th last value, 0 the last. */
  double recent(int i) {
    return recent[(int) ((count - 1 - i) % RECENT)];
  }

  /** Values looked at since the beginning. */
  long count() {
    return count;
  }

  void writeTo(DataOutput out) throws IOException {
    for (double x : recent) {
      out.writeDouble(x);
    }
    for (int i = 0; i < BLOCKS; i++) {
      out.writeDouble(i < blocks ? minima[i] : 0);
    }
    for (int s = 0; s < SCALES; s++) {
      for (int i = 0; i < BLOCKS; i++) {
        out.writeDouble(i < blocks ? maxima[s][i] : 0);
      }
      out.writeDouble(level[s]);
      out.writeDouble(record[s]);
      out.writeDouble(late[s]);
      out.writeDouble(scatter[s]);
      out.writeDouble(blockMaximum[s]);
    }
    out.writeDouble(blockMinimum);
    out.writeDouble(floor);
    out.writeDouble(highest);
    out.writeDouble(middle);
    out.writeLong(learnt);
    out.writeLong(count);
    out.writeInt(blocks);
    out.writeInt(length);
    out.writeInt(inBlock);
  }

  void readFrom(DataInput in) throws IOException {
    for (int i = 0; i < RECENT; i++) {
      recent[i] = in.readDouble();
    }
    for (int i = 0; i < BLOCKS; i++) {
      minima[i] = in.readDouble();
    }
    for (int s = 0; s < SCALES; s++) {
      for (int i = 0; i < BLOCKS; i++) {
        maxima[s][i] = in.readDouble();
      }
      level[s] = in.readDouble();
      record[s] = in.readDouble();
      late[s] = in.readDouble();
      scatter[s] = in.readDouble();
      blockMaximum[s] = in.readDouble();
    }
    blockMinimum = in.readDouble();
    floor = in.readDouble();
    highest = in.readDouble();
    middle = in.readDouble();
    learnt = in.readLong();
    count = in.readLong();
    blocks = in.readInt();
    length = in.readInt();
    inBlock = in.readInt();
  }
}
