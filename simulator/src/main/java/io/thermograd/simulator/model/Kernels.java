package io.thermograd.simulator.model;

/** The inner loops. Plain, so that the compiler vectorises what may be reordered and no more. */
final class Kernels {
  private Kernels() {}

  /** y ← y + a·x over n elements. */
  static void axpy(float a, float[] x, int xFrom, float[] y, int yFrom, int n) {
    for (int j = 0; j < n; j++) {
      y[yFrom + j] += a * x[xFrom + j];
    }
  }

  /** y ← y + a·x over n elements in float64. */
  static void axpy(double a, double[] x, int xFrom, double[] y, int yFrom, int n) {
    for (int j = 0; j < n; j++) {
      y[yFrom + j] += a * x[xFrom + j];
    }
  }

  /** x·y over n elements in float64. */
  static double dot(double[] x, int xFrom, double[] y, int yFrom, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = 0;
    for (; j + 4 <= n; j += 4) {
      s0 += x[xFrom + j] * y[yFrom + j];
      s1 += x[xFrom + j + 1] * y[yFrom + j + 1];
      s2 += x[xFrom + j + 2] * y[yFrom + j + 2];
      s3 += x[xFrom + j + 3] * y[yFrom + j + 3];
    }
    for (; j < n; j++) {
      s0 += x[xFrom + j] * y[yFrom + j];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** x·y over n elements in float32. Four partial sums: one would wait for every addition. */
  static float dot(float[] x, int xFrom, float[] y, int yFrom, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int j = 0;
    for (; j + 4 <= n; j += 4) {
      s0 += x[xFrom + j] * y[yFrom + j];
      s1 += x[xFrom + j + 1] * y[yFrom + j + 1];
      s2 += x[xFrom + j + 2] * y[yFrom + j + 2];
      s3 += x[xFrom + j + 3] * y[yFrom + j + 3];
    }
    for (; j < n; j++) {
      s0 += x[xFrom + j] * y[yFrom + j];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
