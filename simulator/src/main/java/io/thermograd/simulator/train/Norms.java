package io.thermograd.simulator.train;

/** Exact scalars of long vectors: products and sums in float64, in a fixed order. */
final class Norms {
  private Norms() {}

  static double sqnorm(float[] x) {
    return sqnorm(x, 0, x.length);
  }

  static double sqnorm(double[] x) {
    return sqnorm(x, 0, x.length);
  }

  /** Σx² over indices from … to−1. Four partial sums: one would wait for every addition. */
  static double sqnorm(float[] x, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      s0 += (double) x[i] * x[i];
      s1 += (double) x[i + 1] * x[i + 1];
      s2 += (double) x[i + 2] * x[i + 2];
      s3 += (double) x[i + 3] * x[i + 3];
    }
    for (; i < to; i++) {
      s0 += (double) x[i] * x[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  static double sqnorm(double[] x, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      s0 += x[i] * x[i];
      s1 += x[i + 1] * x[i + 1];
      s2 += x[i + 2] * x[i + 2];
      s3 += x[i + 3] * x[i + 3];
    }
    for (; i < to; i++) {
      s0 += x[i] * x[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** x·y. */
  static double dot(float[] x, double[] y) {
    double s0 = 0;
    double s1 = 0;
    int i = 0;
    for (; i + 2 <= x.length; i += 2) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
    }
    if (i < x.length) {
      s0 += x[i] * y[i];
    }
    return s0 + s1;
  }

  /** How many elements are infinite or NaN. */
  static int nonFinite(double[] x) {
    int count = 0;
    for (double v : x) {
      if (!Double.isFinite(v)) {
        count++;
      }
    }
    return count;
  }
}
