package io.thermograd.simulator.noise;

/** Checks of arguments. */
final class Arguments {
  private Arguments() {}

  static double positive(String name, double x) {
    if (!(x > 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException(name + " should be positive and finite: was " + x);
    }
    return x;
  }

  static double notNegative(String name, double x) {
    if (!(x >= 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException(name + " should be at least 0 and finite: was " + x);
    }
    return x;
  }

  static int dimension(int dim) {
    if (dim <= 0) {
      throw new IllegalArgumentException("dim should be positive: was " + dim);
    }
    return dim;
  }

  /** Writes v·I. */
  static void scalarMatrix(double v, double[][] covariance) {
    for (int i = 0; i < covariance.length; i++) {
      java.util.Arrays.fill(covariance[i], 0);
      covariance[i][i] = v;
    }
  }
}
