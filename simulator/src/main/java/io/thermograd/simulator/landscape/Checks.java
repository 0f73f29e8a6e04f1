package io.thermograd.simulator.landscape;

/** Refusals that name the argument and its value. */
final class Checks {
  private Checks() {}

  static double finite(String name, double x) {
    if (!Double.isFinite(x)) {
      throw new IllegalArgumentException(name + " should be finite: was " + x);
    }
    return x;
  }

  static double positive(String name, double x) {
    if (!(x > 0 && x < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " should be positive and finite: was " + x);
    }
    return x;
  }

  /** A copy of at least one finite number. */
  static double[] vector(String name, double[] x) {
    if (x.length == 0) {
      throw new IllegalArgumentException(name + " should have entries: had none");
    }
    for (int i = 0; i < x.length; i++) {
      finite(name + "[" + i + "]", x[i]);
    }
    return x.clone();
  }

  /** A copy of {@code dim} finite numbers. */
  static double[] vector(String name, double[] x, int dim) {
    if (x.length != dim) {
      throw new IllegalArgumentException(
          "%s should have %d entries: had %d".formatted(name, dim, x.length));
    }
    return vector(name, x);
  }

  /** A copy of at least one positive number. */
  static double[] positives(String name, double[] x) {
    double[] copy = vector(name, x);
    for (int i = 0; i < x.length; i++) {
      positive(name + "[" + i + "]", x[i]);
    }
    return copy;
  }
}
