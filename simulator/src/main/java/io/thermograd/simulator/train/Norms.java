package io.thermograd.simulator.train;

/** Exact scalars of long vectors: products and sums in float64, in a fixed order. */
final class Norms {
  private Norms() {}

  static double sqnorm(float[] x) {
    return dot(x, x, 0, x.length);
  }

  /** x·y over indices from … to−1. Four partial sums: one would wait for every addition. */
  static double dot(float[] x, float[] y, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      s0 += (double) x[i] * y[i];
      s1 += (double) x[i + 1] * y[i + 1];
      s2 += (double) x[i + 2] * y[i + 2];
      s3 += (double) x[i + 3] * y[i + 3];
    }
    for (; i < to; i++) {
      s0 += (double) x[i] * y[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** How many elements are infinite or NaN. */
  static int nonFinite(float[] x) {
    int count = 0;
    for (float v : x) {
      if (!Float.isFinite(v)) {
        count++;
      }
    }
    return count;
  }
}
