package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last {@value #BATCHES} batches of 2^j values, for j = 0 … levels − 1, with the mean of each
 * and the variance within it: windows of 16, 32, 64 … values, each of which slides by one batch.
 * Two batches of means m, n and variances v, w make one of (m + n)/2 and (v + w)/2 + (m − n)²/4:
 * centred, whatever the level.
 *
 * <p>A value costs O(1) on average; state 35 numbers a level. One owner thread.
 */
public final class BatchMeans {
  /** Batches of a window. */
  public static final int BATCHES = 16;

  private static final double NORMAL = 1.4826 * 1.4826;

  private final double[][] means;
  private final double[][] variances;
  private final long[] counts;
  private final double[] half;
  private final double[] halfVariance;
  private final double[] sorted = new double[BATCHES];

  public BatchMeans(int levels) {
    means = new double[levels][BATCHES];
    variances = new double[levels][BATCHES];
    halfVariance = new double[levels];
    counts = new long[levels];
    half = new double[levels];
  }

  /** Adds a finite value; returns the highest level of which a batch was completed. */
  public int accept(double x) {
    double mean = x;
    double variance = 0;
    int level = 0;
    while (true) {
      int at = (int) (counts[level] % BATCHES);
      means[level][at] = mean;
      variances[level][at] = variance;
      counts[level]++;
      if (counts[level] % 2 == 1 || level == means.length - 1) {
        half[level] = mean;
        halfVariance[level] = variance;
        return level;
      }
      double apart = 0.5 * (half[level] - mean);
      variance = 0.5 * (halfVariance[level] + variance) + apart * apart;
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

  /** Mean variance within the window's batches; the window must be full. */
  public double variance(int level) {
    double sum = 0;
    for (double v : variances[level]) {
      sum += v / BATCHES;
    }
    return sum;
  }

  /** Median of the window's means; the window must be full. */
  public double medianMean(int level) {
    System.arraycopy(means[level], 0, sorted, 0, BATCHES);
    return median();
  }

  /**
   * Variance of single values about that, of the middle half: the median within batches and 1.4826²
   * times the median squared distance of their means from the median of all.
   */
  public double medianVariance(int level) {
    double middle = medianMean(level);
    for (int i = 0; i < BATCHES; i++) {
      double apart = means[level][i] - middle;
      sorted[i] = NORMAL * apart * apart;
    }
    double between = median();
    System.arraycopy(variances[level], 0, sorted, 0, BATCHES);
    return median() + between;
  }

  private double median() {
    Arrays.sort(sorted);
    return 0.5 * (sorted[BATCHES / 2 - 1] + sorted[BATCHES / 2]);
  }

  public void writeTo(DataOutput out) throws IOException {
    for (int l = 0; l < means.length; l++) {
      for (double m : means[l]) {
        out.writeDouble(m);
      }
      for (double v : variances[l]) {
        out.writeDouble(v);
      }
      out.writeLong(counts[l]);
      out.writeDouble(half[l]);
      out.writeDouble(halfVariance[l]);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    for (int l = 0; l < means.length; l++) {
      for (int i = 0; i < BATCHES; i++) {
        means[l][i] = in.readDouble();
      }
      for (int i = 0; i < BATCHES; i++) {
        variances[l][i] = in.readDouble();
      }
      counts[l] = in.readLong();
      half[l] = in.readDouble();
      halfVariance[l] = in.readDouble();
    }
  }
}
