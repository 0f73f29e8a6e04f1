package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;

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

  static void dimension(String name, int length, Landscape landscape) {
    if (length != landscape.dim()) {
      throw new IllegalArgumentException(
          "%s should have the %d dimensions of %s: was %d"
              .formatted(name, landscape.dim(), landscape.name(), length));
    }
  }
}
