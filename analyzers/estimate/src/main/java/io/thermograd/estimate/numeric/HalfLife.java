package io.thermograd.estimate.numeric;

/** Exponential forgetting: a sample's weight halves every so many steps. */
public final class HalfLife {
  private HalfLife() {}

  /** Weight β kept per step, 2^(−1/steps). */
  public static double decay(double steps) {
    if (!(steps > 0 && steps < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "half-life should be a positive number of steps: was " + steps);
    }
    return Math.exp(-Math.log(2) / steps);
  }
}
