package io.thermograd.detect.basin;

/**
 * The slowest combinations of a trail's coordinates: all of them where they are few, else the
 * leading {@link LaggedModes}. Unit vectors, so that distances along them are of parameters.
 */
final class SlowDirections {
  /** Points that a lag spans, as a share of the trail's. */
  private static final int SHARE = 64;

  private SlowDirections() {}

  /** W, one direction a row. */
  static double[][] of(Trail trail) {
    int width = trail.width();
    int d = Math.min(width, Chart.MOST_DIMS);
    double[][] w = new double[d][width];
    for (int i = 0; i < d; i++) {
      w[i][i] = 1;
    }
    if (width <= Chart.MOST_DIMS) {
      return w;
    }
    int lag = Math.max(1, trail.size() / SHARE);
    LaggedModes modes = new LaggedModes(width);
    double[] x = new double[width];
    double[] y = new double[width];
    for (int p = 0; p + lag < trail.size(); p++) {
      for (int i = 0; i < width; i++) {
        x[i] = (double) trail.at(p, i) - trail.at(0, i);
        y[i] = (double) trail.at(p + lag, i) - trail.at(0, i);
      }
      modes.add(x, y);
    }
    double[][] found = modes.solve();
    for (int m = 0; m < d && m < found[0].length; m++) {
      double square = 0;
      for (double v : found[1 + m]) {
        square += v * v;
      }
      for (int i = 0; i < width; i++) {
        w[m][i] = found[1 + m][i] / Math.sqrt(square);
      }
    }
    return w;
  }
}
