package io.thermograd.simulator.experiment;

/**
 * A measurement with its 95 % interval.
 *
 * @param low lower end; equal to the value when it is exact
 */
public record Measured(double value, double low, double high) {

  /** Enumerated or computed without sampling. */
  public static Measured exact(double value) {
    return new Measured(value, value, value);
  }

  /** value ± 1.96 standard errors. */
  public static Measured normal(double value, double standardError) {
    double half = 1.959963984540054 * standardError;
    return new Measured(value, value - half, value + half);
  }
}
