package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether a series oscillates, and with what period: from 2 values to 8,192.
 *
 * <p>Blocks of {@value #BLOCK} means of 2^l values, for l = 0 … 7, have their line taken off. One
 * oscillates when its autocorrelation has, at the lag k of its first low, r_k below −0.25 and below
 * −3 standard errors, and comes back: the first high behind it, up to 3k, is above 3 standard
 * errors. The errors are Bartlett's for an AR(1) of the block's own r_1 (0 where that is negative),
 *
 * <pre>var r_k = ((1+φ²)(1−φ²ᵏ)/(1−φ²) − 2kφ²ᵏ)/n,</pre>
 *
 * so that a slow series, whose few ups and downs look like a period, is left to the longer means
 * among which it is nearly white. It begins with two blocks of a level in a row whose periods are
 * within a quarter of each other, and ends when two in a row have none. A learning rate that goes
 * to and fro, and data in a fixed order, are periods as well.
 *
 * <p>False alarms on white noise, AR(1) of any φ from −0.3 to 0.999, and exponential or power-law
 * falls in white noise: at most 1 in 10⁶ values. An AR(2) of roots ρe^(±2πi/P) with ρ^P near 0.6 is
 * found in 17 to 20 of 20 runs of 60 periods. O(1) a value on average: a block's 64 lags cost 64
 * products a value. State 9 KiB. Values must be finite. One owner thread. Source: M. Bartlett, J.
 * R. Statist. Soc. Suppl. 8 (1946), doi:10.2307/2983611.
 */
public final class Periodicity {
  private static final int BLOCK = 128;
  private static final int LAGS = BLOCK / 2;
  private static final int LEVELS = 8;
  private static final double LOW = -0.25;
  private static final double ERRORS = 3;
  private static final double ALIKE = 1.25;
  private static final double RESOLUTION = 1e-9;
  private static final int MISSES = 2;
  private static final double AS_HIGH = 0.85;
  // Shorter ones among means are those of a level below, or beats of the means themselves.
  private static final int SHORTEST_OF_MEANS = 4;

  private final double[][] values = new double[LEVELS][BLOCK];
  private final int[] filled = new int[LEVELS];
  private final double[] half = new double[LEVELS];
  private final double[] last = new double[LEVELS];
  private final double[] period = new double[LEVELS];
  private final int[] missed = new int[LEVELS];
  private final double[] correlation = new double[LAGS + 2];

  /** Adds a finite value. */
  public void accept(double x) {
    double mean = x;
    for (int l = 0; l < LEVELS; l++) {
      int at = filled[l];
      values[l][at] = mean;
      filled[l] = (at + 1) % BLOCK;
      if (filled[l] == 0) {
        judge(l);
      }
      if (at % 2 == 0) {
        half[l] = mean;
        return;
      }
      mean = 0.5 * (half[l] + mean);
    }
  }

  /** Forgets blocks that are not whole: what comes next does not follow what came last. */
  public void interrupt() {
    Arrays.fill(filled, 0);
  }

  /** Whether it oscillates. */
  public boolean oscillating() {
    return period() > 0;
  }

  /** Period in values; 0 where there is none. The shortest, where levels differ. */
  public double period() {
    for (double p : period) {
      if (p > 0) {
        return p;
      }
    }
    return 0;
  }

  private void judge(int l) {
    double found = 2.0 * lag(values[l], l == 0 ? 1 : SHORTEST_OF_MEANS) * (1 << l);
    if (found > 0) {
      missed[l] = 0;
      boolean again = found < ALIKE * last[l] && last[l] < ALIKE * found;
      if (again || period[l] > 0) {
        period[l] = found;
      }
    } else if (++missed[l] >= MISSES) {
      period[l] = 0;
    }
    last[l] = found;
  }

  /** Half of a block's period, in its values; 0 where it has none. */
  private double lag(double[] x, int shortest) {
    if (!correlate(x)) {
      return 0;
    }
    double phi = Math.max(0, correlation[1]);
    int k = shortest;
    while (k < LAGS / 2 && !(correlation[k] < LOW && correlation[k] <= correlation[k + 1])) {
      k++;
    }
    if (k >= LAGS / 2 || correlation[k] > -ERRORS * error(phi, k)) {
      return 0;
    }
    int back = comesBack(k);
    return correlation[back] > ERRORS * error(phi, back) ? 0.5 * back : 0;
  }

  /** Where it is as it was before its low at k: the first of the peaks that are about as high. */
  private int comesBack(int k) {
    int end = Math.min(LAGS - 1, 3 * k + 1);
    double most = 0;
    for (int j = k + 1; j <= end; j++) {
      most = Math.max(most, correlation[j]);
    }
    int j = k + 1;
    while (j < end && correlation[j] < AS_HIGH * most) {
      j++;
    }
    while (j < end && correlation[j + 1] > correlation[j]) {
      j++;
    }
    return j;
  }

  /** Autocorrelations of the block less its line; false where it does not vary. */
  private boolean correlate(double[] x) {
    double mean = 0;
    for (double v : x) {
      mean += v / BLOCK;
    }
    double centre = (BLOCK - 1) / 2.0;
    double slope = 0;
    for (int i = 0; i < BLOCK; i++) {
      slope += (i - centre) * (x[i] - mean);
    }
    slope /= BLOCK * (BLOCK * (double) BLOCK - 1) / 12;
    for (int i = 0; i < BLOCK; i++) {
      x[i] -= mean + slope * (i - centre);
    }
    for (int k = 0; k <= LAGS; k++) {
      double sum = 0;
      for (int i = k; i < BLOCK; i++) {
        sum += x[i] * x[i - k];
      }
      correlation[k] = sum;
    }
    double variance = correlation[0];
    double resolution = RESOLUTION * mean;
    if (!(variance > BLOCK * resolution * resolution) || Double.isInfinite(variance)) {
      return false;
    }
    for (int k = 0; k <= LAGS; k++) {
      correlation[k] /= variance;
    }
    return true;
  }

  /** Standard error of r_k of an AR(1) of that φ. */
  private static double error(double phi, int k) {
    double square = phi * phi;
    double power = StrictMath.pow(square, k);
    return Math.sqrt(((1 + square) * (1 - power) / (1 - square) - 2 * k * power) / BLOCK);
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    for (int l = 0; l < LEVELS; l++) {
      out.writeInt(filled[l]);
      // What has been judged is overwritten before it is read.
      for (int i = 0; i < filled[l]; i++) {
        out.writeDouble(values[l][i]);
      }
      out.writeDouble(half[l]);
      out.writeDouble(last[l]);
      out.writeDouble(period[l]);
      out.writeInt(missed[l]);
    }
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    for (int l = 0; l < LEVELS; l++) {
      filled[l] = in.readInt();
      if (filled[l] < 0 || filled[l] >= BLOCK) {
        throw new IOException(
            "block should hold 0 to " + (BLOCK - 1) + " values: was " + filled[l]);
      }
      for (int i = 0; i < filled[l]; i++) {
        values[l][i] = in.readDouble();
      }
      half[l] = in.readDouble();
      last[l] = in.readDouble();
      period[l] = in.readDouble();
      missed[l] = in.readInt();
    }
  }
}
