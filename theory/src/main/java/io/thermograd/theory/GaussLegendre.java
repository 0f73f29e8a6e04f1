package io.thermograd.theory;

import java.util.function.DoubleUnaryOperator;

/** Gauss–Legendre rule of 12 points: exact for polynomials up to degree 23. */
final class GaussLegendre {
  static final int POINTS = 12;

  /** On [−1, 1]. */
  private static final double[] NODES = new double[POINTS];

  private static final double[] WEIGHTS = new double[POINTS];

  static {
    for (int i = 0; i < POINTS; i++) {
      // Newton on the Legendre polynomial from Tricomi's estimate of its roots.
      double x = -StrictMath.cos(StrictMath.PI * (i + 0.75) / (POINTS + 0.5));
      double slope = 0;
      for (int iteration = 0; iteration < 8; iteration++) {
        double previous = 1;
        double current = x;
        for (int n = 2; n <= POINTS; n++) {
          double next = ((2 * n - 1) * x * current - (n - 1) * previous) / n;
          previous = current;
          current = next;
        }
        slope = POINTS * (x * current - previous) / (x * x - 1);
        x -= current / slope;
      }
      NODES[i] = x;
      WEIGHTS[i] = 2 / ((1 - x * x) * slope * slope);
    }
  }

  private GaussLegendre() {}

  /** Node i on [a, b]. */
  static double node(int i, double a, double b) {
    return 0.5 * (a + b) + 0.5 * (b - a) * NODES[i];
  }

  /** Weight of node i on [a, b]. */
  static double weight(int i, double a, double b) {
    return 0.5 * (b - a) * WEIGHTS[i];
  }

  /** ∫_a^b f by one application of the rule; a may lie above b. */
  static double integrate(DoubleUnaryOperator f, double a, double b) {
    double sum = 0;
    for (int i = 0; i < POINTS; i++) {
      sum += WEIGHTS[i] * f.applyAsDouble(node(i, a, b));
    }
    return 0.5 * (b - a) * sum;
  }
}
