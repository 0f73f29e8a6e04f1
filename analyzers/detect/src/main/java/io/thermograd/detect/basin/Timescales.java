package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How long the slowest modes of a run last, from its trail at its present learning rate: {@link
 * LaggedModes} of the slow coordinates and of the basins' indicators, at a lag of half the slowest
 * time. The interval is a jackknife's over {@value #BLOCKS} stretches, on the logarithm of the
 * rate.
 *
 * @param steps t_i, the longest first; empty where nothing can be told
 * @param errors standard errors of log t_i
 * @param rate η_eff
 */
@SuppressWarnings("ArrayRecordComponent") // read at once
record Timescales(double[] steps, double[] errors, double rate) {
  private static final int BLOCKS = 16;
  private static final int FEWEST = 128;
  private static final int MOST = 3;
  private static final double SAME = 0.02;

  /** Relaxation times that a trail must span, or its mean is no better known than its end. */
  private static final double LEAST_SPAN = 10;

  static final Timescales NONE = new Timescales(new double[0], new double[0], Double.NaN);

  /**
   * Of a trail whose points are marked with k basins.
   *
   * @param k 1 where none are told apart
   */
  static Timescales of(Trail trail, Chart chart, int k) {
    int n = trail.size();
    int from = n;
    while (from > 0 && Math.abs(trail.rate(from - 1) / trail.rate(n - 1) - 1) < SAME) {
      from--;
    }
    // What it started from is not yet what it settles at.
    from += (n - from) / 8;
    if (n - from < FEWEST) {
      return NONE;
    }
    double[][] f = functions(trail, chart, k, from);
    int lag = 1;
    for (int round = 0; round < 3; round++) {
      double slowest = times(pairs(f, lag, 0, f.length - lag), lag)[0];
      int next = (int) Math.max(1, Math.min(f.length / 16.0, slowest / 2));
      if (!(slowest > 0) || next == lag) {
        break;
      }
      lag = next;
    }
    LaggedModes[] blocks = new LaggedModes[BLOCKS];
    LaggedModes total = new LaggedModes(f[0].length);
    for (int b = 0; b < BLOCKS; b++) {
      long pairs = f.length - lag;
      blocks[b] = pairs(f, lag, (int) (pairs * b / BLOCKS), (int) (pairs * (b + 1) / BLOCKS));
      total.add(blocks[b], 1);
    }
    double[] all = times(total, lag);
    int count = 0;
    while (count < Math.min(MOST, all.length) && all[count] > lag) {
      count++;
    }
    // The slowest must come round often; if it does not, no other is to be trusted either.
    if (count == 0 || f.length < LEAST_SPAN * all[0]) {
      return NONE;
    }
    double[] squares = new double[count];
    double[] sums = new double[count];
    for (LaggedModes block : blocks) {
      total.add(block, -1);
      double[] without = times(total, lag);
      total.add(block, 1);
      for (int m = 0; m < count; m++) {
        double x = m < without.length && without[m] > 0 ? StrictMath.log(without[m] / all[m]) : 1;
        sums[m] += x;
        squares[m] += x * x;
      }
    }
    double[] steps = new double[count];
    double[] errors = new double[count];
    for (int m = 0; m < count; m++) {
      double spread = squares[m] - sums[m] * sums[m] / BLOCKS;
      steps[m] = all[m] * trail.stride();
      errors[m] = Math.sqrt((BLOCKS - 1.0) / BLOCKS * Math.max(0, spread));
    }
    return new Timescales(steps, errors, trail.rate(n - 1));
  }

  private static double[][] functions(Trail trail, Chart chart, int k, int from) {
    int d = chart.dims();
    double[][] f = new double[trail.size() - from][d + k - 1];
    double[] x = new double[trail.width()];
    double[] y = new double[d];
    for (int p = 0; p < f.length; p++) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (double) trail.at(from + p, i) - trail.at(from, i);
      }
      chart.slow(x, y);
      System.arraycopy(y, 0, f[p], 0, d);
      for (int b = 1; b < k; b++) {
        f[p][d + b - 1] = trail.basin(from + p) == b ? 1 : 0;
      }
    }
    return f;
  }

  private static LaggedModes pairs(double[][] f, int lag, int from, int to) {
    LaggedModes modes = new LaggedModes(f[0].length);
    for (int p = from; p < to; p++) {
      modes.add(f[p], f[p + lag]);
    }
    return modes;
  }

  private static double[] times(LaggedModes modes, int lag) {
    double[] lambda = modes.solve()[0];
    double[] t = new double[Math.max(1, lambda.length)];
    Arrays.fill(t, Double.NaN);
    for (int m = 0; m < lambda.length; m++) {
      t[m] = lambda[m] > 0 && lambda[m] < 1 ? -lag / StrictMath.log(lambda[m]) : Double.NaN;
    }
    return t;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeByte(steps.length);
    StateArrays.write(out, steps);
    StateArrays.write(out, errors);
    out.writeDouble(rate);
  }

  static Timescales readFrom(DataInput in) throws IOException {
    int count = in.readByte();
    if (count < 0 || count > MOST) {
      throw new IOException("state claims " + count + " timescales of " + MOST);
    }
    double[] steps = new double[count];
    double[] errors = new double[count];
    StateArrays.read(in, steps);
    StateArrays.read(in, errors);
    return new Timescales(steps, errors, in.readDouble());
  }
}
