package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The last {@value #BATCHES} means of batches of 2^j values, for j = 0 … levels − 1: windows of 16,
 * 32, 64 … values, each of which slides by one batch.
 *
 * <p>A value costs O(1) on average; state 17 numbers a level. One owner thread.
 */
public final class BatchMeans {
  /** Batches of a window. */
  public static final int BATCHES = 16;

  private final double[][] means;
  private final long[] counts;
  private final double[] half;

  public BatchMeans(int levels) {
    means = new double[levels][BATCHES];
    counts = new long[levels];
    half = new double[levels];
  }

  /** Adds a finite value; returns the highest level of which a batch was completed. */
  public int accept(double x) {
    double mean = x;
    int level = 0;
    while (true) {
      means[level][(int) (counts[level] % BATCHES)] = mean;
      counts[level]++;
      if (counts[level] % 2 == 1 || level == means.length - 1) {
        half[level] = mean;
        return level;
      }
      mean = 0.5 * (half[level] + mean);
      level++;
    }
  }

  public int levels() {
    return means.length;
  }

  /** Values of a whole window. */
  public static long window(int level) {
    return (long) BATCHES << level;
  }

  /** Whether there is a whole window. */
  public boolean full(int level) {
    return counts[level] >= BATCHES;
  }

  /** The i-th of the window's means, 0 the oldest; the window must be full. */
  public double mean(int level, int i) {
    return means[level][(int) ((counts[level] + i) % BATCHES)];
  }

  public void writeTo(DataOutput out) throws IOException {
    for (int l = 0; l < means.length; l++) {
      for (double m : means[l]) {
        out.writeDouble(m);
      }
      out.writeLong(counts[l]);
      out.writeDouble(half[l]);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    for (int l = 0; l < means.length; l++) {
      for (int i = 0; i < BATCHES; i++) {
        means[l][i] = in.readDouble();
      }
      counts[l] = in.readLong();
      half[l] = in.readDouble();
    }
  }
}
