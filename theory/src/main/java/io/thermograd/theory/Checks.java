package io.thermograd.theory;

import java.util.Arrays;

/**
 * What arguments have to satisfy. Every refusal names the argument and its value.
 *
 * <p>Lengths are checked before values, so that a caller can index what has passed.
 */
final class Checks {
  private static final double ASYMMETRY = 1e-12;

  /** Below this share of the largest, an eigenvalue cannot be told from 0 in double precision. */
  private static final double ROUNDING = 1e-13;

  private Checks() {}

  static double finite(String name, double x) {
    return require(Double.isFinite(x), name, "finite", x);
  }

  static double positive(String name, double x) {
    return require(x > 0 && x < Double.POSITIVE_INFINITY, name, "finite and positive", x);
  }

  static double nonNegative(String name, double x) {
    return require(x >= 0 && x < Double.POSITIVE_INFINITY, name, "finite and not negative", x);
  }

  /** lowest ≤ x < limit. */
  static double within(String name, double lowest, double limit, double x) {
    // The words are made when they are needed: these are asked at every step.
    return x >= lowest && x < limit
        ? x
        : require(false, name, "in [%s, %s)".formatted(lowest, limit), x);
  }

  /** lowest < x < limit. */
  static double inside(String name, double lowest, double limit, double x) {
    return x > lowest && x < limit
        ? x
        : require(false, name, "in (%s, %s)".formatted(lowest, limit), x);
  }

  static int atLeast(String name, int lowest, int x) {
    if (x < lowest) {
      throw new IllegalArgumentException(name + " should be at least " + lowest + ": was " + x);
    }
    return x;
  }

  static long atLeast(String name, long lowest, long x) {
    if (x < lowest) {
      throw new IllegalArgumentException(name + " should be at least " + lowest + ": was " + x);
    }
    return x;
  }

  /** Momentum 0 ≤ β < 1. */
  static double momentum(double x) {
    return within("momentum", 0, 1, x);
  }

  static void length(String name, double[] x, int length) {
    if (x.length != length) {
      throw new IllegalArgumentException(
          "%s should have %d elements: had %d".formatted(name, length, x.length));
    }
  }

  /** Every element finite. */
  static void finite(String name, double[] x) {
    for (int i = 0; i < x.length; i++) {
      if (!Double.isFinite(x[i])) {
        finite("%s[%d]".formatted(name, i), x[i]);
      }
    }
  }

  /** Every element finite and positive. */
  static void positive(String name, double[] x) {
    for (int i = 0; i < x.length; i++) {
      if (!(x[i] > 0 && x[i] < Double.POSITIVE_INFINITY)) {
        positive("%s[%d]".formatted(name, i), x[i]);
      }
    }
  }

  /** Not empty, as many columns as rows, and every element finite; returns the number of rows. */
  static int square(String name, double[][] m) {
    if (m.length == 0) {
      throw new IllegalArgumentException(name + " should have rows: had none");
    }
    for (int i = 0; i < m.length; i++) {
      if (m[i].length != m.length) {
        throw new IllegalArgumentException(
            "%s should be square: row %d of %d had %d elements"
                .formatted(name, i, m.length, m[i].length));
      }
      for (int j = 0; j < m.length; j++) {
        if (!Double.isFinite(m[i][j])) {
          throw new IllegalArgumentException(
              "%s[%d][%d] should be finite: was %s".formatted(name, i, j, m[i][j]));
        }
      }
    }
    return m.length;
  }

  /** Square, and symmetric within 10⁻¹² of its largest element; returns the number of rows. */
  static int symmetric(String name, double[][] m) {
    int n = square(name, m);
    double largest = 0;
    for (double[] row : m) {
      largest = Math.max(largest, Arrays.stream(row).map(Math::abs).max().orElse(0));
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (Math.abs(m[i][j] - m[j][i]) > ASYMMETRY * largest) {
          throw new IllegalArgumentException(
              "%s should be symmetric: was %s at [%d][%d] and %s at [%d][%d]"
                  .formatted(name, m[i][j], i, j, m[j][i], j, i));
        }
      }
    }
    return n;
  }

  /** Symmetric with eigenvalues above 0; returns its eigensystem. */
  static SymmetricEigen positiveDefinite(String name, double[][] m) {
    SymmetricEigen eigen = SymmetricEigen.of(name, m);
    double smallest = eigen.value(0);
    if (!(smallest > ROUNDING * eigen.largest())) {
      throw new IllegalArgumentException(
          name + " should be positive definite: its smallest eigenvalue was " + smallest);
    }
    return eigen;
  }

  /** Symmetric with no eigenvalue below 0 beyond rounding, as covariances are. */
  static void positiveSemidefinite(String name, double[][] m) {
    SymmetricEigen eigen = SymmetricEigen.of(name, m);
    double smallest = eigen.value(0);
    if (smallest < -ASYMMETRY * Math.abs(eigen.largest())) {
      throw new IllegalArgumentException(
          name + " should be positive semidefinite: its smallest eigenvalue was " + smallest);
    }
  }

  private static double require(boolean holds, String name, String what, double x) {
    if (!holds) {
      throw new IllegalArgumentException(name + " should be " + what + ": was " + x);
    }
    return x;
  }
}
