package io.thermograd.detect.basin;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the passages between basins make a Markov chain (Chapman and Kolmogorov): the shares of
 * the trail's points that are still, or again, in the basin two and four lags later, against the
 * powers of the transition matrix of one lag. The lag is a quarter of the shortest mean stay. They
 * must agree within three standard errors, of as many independent windows as the trail holds, or
 * within a twentieth.
 *
 * @param passed the check
 * @param worst deviation, in standard errors
 * @param lag steps
 */
record Validity(boolean passed, double worst, long lag) {
  static final Validity NONE = new Validity(false, Double.NaN, 0);

  private static final double ERRORS = 3;
  private static final double SMALL = 0.05;
  private static final int[] MULTIPLES = {2, 4};

  /** Of a trail whose points are marked. */
  static Validity of(Trail trail, int k) {
    int n = trail.size();
    int[] held = new int[k];
    int[] left = new int[k];
    for (int p = 1; p < n; p++) {
      int from = trail.basin(p - 1);
      if (from > 0) {
        held[from - 1]++;
        left[from - 1] += trail.basin(p) == from ? 0 : 1;
      }
    }
    double shortest = n;
    for (int b = 0; b < k; b++) {
      shortest = Math.min(shortest, left[b] == 0 ? n : (double) held[b] / left[b]);
    }
    int lag = (int) Math.max(1, shortest / 4);
    double[][] p = shares(trail, k, lag);
    double worst = 0;
    boolean passed = true;
    double[][] power = p;
    int reached = 1;
    for (int multiple : MULTIPLES) {
      while (reached < multiple) {
        power = times(power, p);
        reached++;
      }
      double[][] seen = shares(trail, k, multiple * lag);
      for (int b = 0; b < k; b++) {
        double q = power[b][b];
        // Both sides are estimates from the same windows: theirs is the larger of the two errors.
        double windows = Math.max(1, (double) held[b] / (multiple * lag));
        double error = Math.sqrt(2 * Math.max(q * (1 - q), 0.25 / windows) / windows);
        double off = Math.abs(seen[b][b] - q);
        worst = Math.max(worst, off / error);
        passed &= off <= ERRORS * error || off <= SMALL;
      }
    }
    return new Validity(passed, worst, (long) lag * trail.stride());
  }

  private static double[][] shares(Trail trail, int k, int lag) {
    double[][] p = new double[k][k];
    for (int i = 0; i + lag < trail.size(); i++) {
      int from = trail.basin(i);
      if (from > 0) {
        p[from - 1][trail.basin(i + lag) - 1]++;
      }
    }
    for (int b = 0; b < k; b++) {
      double sum = 0;
      for (double x : p[b]) {
        sum += x;
      }
      for (int c = 0; c < k; c++) {
        p[b][c] = sum == 0 ? (b == c ? 1 : 0) : p[b][c] / sum;
      }
    }
    return p;
  }

  private static double[][] times(double[][] a, double[][] b) {
    int k = a.length;
    double[][] product = new double[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        for (int l = 0; l < k; l++) {
          product[i][j] += a[i][l] * b[l][j];
        }
      }
    }
    return product;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(passed);
    out.writeDouble(worst);
    out.writeLong(lag);
  }

  static Validity readFrom(DataInput in) throws IOException {
    return new Validity(in.readBoolean(), in.readDouble(), in.readLong());
  }
}
