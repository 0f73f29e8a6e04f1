package io.thermograd.estimate.numeric;

import java.util.Arrays;

/** Plain loops: what runs without the Vector API, and the twin that tests compare with it. */
final class PlainDotKernel implements DotKernel {
  private final float[] lanes = new float[LANES];

  @Override
  public double dot(float[] x, float[] y, int n) {
    Arrays.fill(lanes, 0);
    int full = n - n % LANES;
    add(x, y, full, lanes);
    return DotKernel.finish(lanes, x, y, full, n);
  }

  @Override
  public void lanes(float[] x, float[] y, int n, float[] lanes) {
    Arrays.fill(lanes, 0);
    add(x, y, n - n % LANES, lanes);
    DotKernel.rest(lanes, x, y, n);
  }

  private static void add(float[] x, float[] y, int full, float[] lanes) {
    for (int i = 0; i < full; i += LANES) {
      for (int l = 0; l < LANES; l++) {
        lanes[l] += x[i + l] * y[i + l];
      }
    }
  }
}
