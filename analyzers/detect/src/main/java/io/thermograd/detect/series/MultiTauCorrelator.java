package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Autocovariances of a series at {@value #LAGS} lags on each of several levels, level l being the
 * series of means of 2^l values: memory and time go with the logarithm of the longest lag.
 *
 * <p>Of each lag a forgetting sum of products, of both factors and of weights is kept, so that
 * covariances are about the weighted means of the factors themselves; a linear trend is taken off
 * by what it explains, slope²·Var(t), with the slope of weighted least squares. Old values weigh
 * half after a half-life. Values enter relative to the first one, against cancellation.
 *
 * <p>O(1) a value: 4 numbers at 16 lags, twice on average. One owner thread. Source: J. Ramírez et
 * al., J. Chem. Phys. 133, 154103 (2010), doi:10.1063/1.3491098.
 */
public final class MultiTauCorrelator {
  /** Lags 0 … 15 of each level. */
  public static final int LAGS = 16;

  private final int levels;
  private final double[] decay;
  private final double[][] ring;
  private final double[][] products;
  private final double[][] leading;
  private final double[][] trailing;
  private final double[][] weights;
  private final double[][] trend;
  private final long[] counts;
  private final double[] half;
  private double origin;

  /**
   * @param halfLife values after which one weighs half
   */
  public MultiTauCorrelator(int levels, double halfLife) {
    this.levels = levels;
    decay = new double[levels];
    for (int l = 0; l < levels; l++) {
      decay[l] = StrictMath.pow(0.5, (1 << l) / halfLife);
    }
    ring = new double[levels][LAGS];
    products = new double[levels][LAGS];
    leading = new double[levels][LAGS];
    trailing = new double[levels][LAGS];
    weights = new double[levels][LAGS];
    // Σw, Σwt, Σwt², Σwx, Σwtx with t the age of a value, negative.
    trend = new double[levels][5];
    counts = new long[levels];
    half = new double[levels];
  }

  /** Forgets everything. */
  public void restart() {
    for (double[][] sums : new double[][][] {ring, products, leading, trailing, weights, trend}) {
      for (double[] s : sums) {
        Arrays.fill(s, 0);
      }
    }
    Arrays.fill(counts, 0);
  }

  /** Adds a finite value. */
  public void accept(double x) {
    if (counts[0] == 0) {
      origin = x;
    }
    double mean = x - origin;
    for (int l = 0; l < levels; l++) {
      add(l, mean);
      if (counts[l] % 2 == 1) {
        half[l] = mean;
        return;
      }
      mean = 0.5 * (half[l] + mean);
    }
  }

  private void add(int l, double x) {
    double d = decay[l];
    int at = (int) (counts[l] % LAGS);
    ring[l][at] = x;
    counts[l]++;
    int lags = (int) Math.min(LAGS, counts[l]);
    double[] r = ring[l];
    double[] p = products[l];
    double[] a = leading[l];
    double[] b = trailing[l];
    double[] w = weights[l];
    for (int k = 0; k < lags; k++) {
      double y = r[(at - k + LAGS) % LAGS];
      p[k] = d * p[k] + x * y;
      a[k] = d * a[k] + x;
      b[k] = d * b[k] + y;
      w[k] = d * w[k] + 1;
    }
    double[] t = trend[l];
    // One step older: t ← t − 1.
    double t0 = d * t[0];
    double t1 = d * t[1] - t0;
    double t2 = d * t[2] - 2 * d * t[1] + t0;
    double x0 = d * t[3];
    double x1 = d * t[4] - x0;
    t[0] = t0 + 1;
    t[1] = t1;
    t[2] = t2;
    t[3] = x0 + x;
    t[4] = x1;
  }

  public int levels() {
    return levels;
  }

  /** Values of a level so far. */
  public long count(int level) {
    return counts[level];
  }

  /** Σw of a level: values that count. */
  public double weight(int level) {
    return weights[level][0];
  }

  /** Detrended autocovariance at a lag, both in values of the level; NaN before there is one. */
  public double covariance(int l, int lag) {
    double w = weights[l][lag];
    if (!(w > 1)) {
      return Double.NaN;
    }
    double raw = products[l][lag] / w - leading[l][lag] / w * (trailing[l][lag] / w);
    return raw - explained(l);
  }

  private double explained(int l) {
    double[] t = trend[l];
    double mt = t[1] / t[0];
    double vtt = t[2] / t[0] - mt * mt;
    double vtx = t[4] / t[0] - mt * (t[3] / t[0]);
    return vtt > 0 ? vtx * vtx / vtt : 0;
  }

  public void writeTo(DataOutput out) throws IOException {
    for (double[][] sums : new double[][][] {ring, products, leading, trailing, weights, trend}) {
      for (double[] s : sums) {
        for (double v : s) {
          out.writeDouble(v);
        }
      }
    }
    for (int l = 0; l < levels; l++) {
      out.writeLong(counts[l]);
      out.writeDouble(half[l]);
    }
    out.writeDouble(origin);
  }

  public void readFrom(DataInput in) throws IOException {
    for (double[][] sums : new double[][][] {ring, products, leading, trailing, weights, trend}) {
      for (double[] s : sums) {
        for (int i = 0; i < s.length; i++) {
          s[i] = in.readDouble();
        }
      }
    }
    for (int l = 0; l < levels; l++) {
      counts[l] = in.readLong();
      half[l] = in.readDouble();
    }
    origin = in.readDouble();
  }
}
