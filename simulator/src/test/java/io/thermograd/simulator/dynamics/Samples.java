package io.thermograd.simulator.dynamics;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** What the tests ask of a cloud of replicas. */
final class Samples {
  /** P(√n·D > 1.95) = 0.001. */
  static final double KOLMOGOROV = 1.95;

  private Samples() {}

  static double meanSquare(double[] x, int replicas, int coordinate) {
    return Arrays.stream(x, coordinate * replicas, (coordinate + 1) * replicas)
            .map(v -> v * v)
            .sum()
        / replicas;
  }

  /** √n times the largest distance between the sample's and the law's distribution functions. */
  static double kolmogorov(double[] sample, DoubleUnaryOperator cdf) {
    double[] x = sample.clone();
    Arrays.sort(x);
    double distance = 0;
    for (int i = 0; i < x.length; i++) {
      double c = cdf.applyAsDouble(x[i]);
      distance = Math.max(distance, Math.max((i + 1.0) / x.length - c, c - (double) i / x.length));
    }
    return distance * Math.sqrt(x.length);
  }

  /** The distribution function of a density known up to a factor, by Simpson's rule. */
  static DoubleUnaryOperator cdf(DoubleUnaryOperator density, double from, double to) {
    int cells = 20_000;
    double h = (to - from) / cells;
    double[] mass = new double[cells + 1];
    for (int i = 0; i < cells; i++) {
      double x = from + i * h;
      mass[i + 1] =
          mass[i]
              + h
                  / 6
                  * (density.applyAsDouble(x)
                      + 4 * density.applyAsDouble(x + h / 2)
                      + density.applyAsDouble(x + h));
    }
    return x -> {
      double place = Math.max(0, Math.min(cells - 1e-9, (x - from) / h));
      int i = (int) place;
      return (mass[i] + (place - i) * (mass[i + 1] - mass[i])) / mass[cells];
    };
  }
}
