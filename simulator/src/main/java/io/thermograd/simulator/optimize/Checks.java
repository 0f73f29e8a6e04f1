package io.thermograd.simulator.optimize;

/** Refuses bad arguments by name and value. */
final class Checks {
  private Checks() {}

  static void positive(String name, double x) {
    if (!(x > 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException(name + " should be positive and finite: was " + x);
    }
  }

  static void atLeast(String name, long least, long x) {
    if (x < least) {
      throw new IllegalArgumentException(
          "%s should be at least %d: was %d".formatted(name, least, x));
    }
  }

  /** 0 ≤ x ≤ most. */
  static void atMost(String name, double most, double x) {
    if (!(x >= 0 && x <= most)) {
      throw new IllegalArgumentException(
          "%s should be in [0, %s]: was %s".formatted(name, most, x));
    }
  }
}
