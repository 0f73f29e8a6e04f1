package io.thermograd.simulator.landscape;

import java.util.function.DoubleUnaryOperator;

/**
 * Central differences extrapolated by Richardson over the steps h, h/2, h/4: the sixth-order value
 * and a bound on what separates it from the derivative.
 *
 * @param error the last extrapolation's change, which bounds the truncation left, and the rounding
 *     of the function's values over the smallest step
 */
record Differences(double slope, double error) {
  /**
   * @param rounding bound on the rounding error of one value of f
   */
  static Differences at(DoubleUnaryOperator f, double x, double h, double rounding) {
    double[] d = new double[3];
    double step = h;
    for (int level = 0; level < 3; level++) {
      double up = f.applyAsDouble(x + step);
      double down = f.applyAsDouble(x - step);
      d[level] = (up - down) / ((x + step) - (x - step));
      step /= 2;
    }
    double first = (4 * d[1] - d[0]) / 3;
    double second = (4 * d[2] - d[1]) / 3;
    double third = (16 * second - first) / 15;
    // The smallest step used is 2·step; the extrapolation's weights add up to at most 1.9.
    return new Differences(third, Math.abs(third - second) + 1.9 * rounding / (2 * step));
  }
}
