package io.thermograd.estimate.numeric;

/** Plain loops: what runs without the Vector API, and the twin that tests compare with it. */
final class PlainDotKernel implements DotKernel {
  @Override
  public double dot(float[] x, float[] y, int n) {
    float[] lanes = new float[LANES];
    int full = n - n % LANES;
    for (int i = 0; i < full; i += LANES) {
      for (int l = 0; l < LANES; l++) {
        lanes[l] += x[i + l] * y[i + l];
      }
    }
    return DotKernel.finish(lanes, x, y, full, n);
  }
}
