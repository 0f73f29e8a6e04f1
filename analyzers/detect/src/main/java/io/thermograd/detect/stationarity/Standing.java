package io.thermograd.detect.stationarity;

/**
 * Where a run stands: what its loss and its parameters do of late.
 *
 * @param drift of the loss
 * @param slope of the loss, loss/step; NaN while unknown
 * @param slopeError its standard error, autocorrelation included
 * @param level mean loss over the window of the slope
 * @param window steps that the slope spans
 * @param autocorrelationTime integrated, of the detrended loss, steps; NaN while unknown
 * @param equilibrium whether fluctuation and dissipation balance
 */
public record Standing(
    Drift drift,
    double slope,
    double slopeError,
    double level,
    long window,
    double autocorrelationTime,
    Equilibrium equilibrium) {

  /** What is known of the slope's sign. */
  public enum Drift {
    /** Too few steps. */
    UNKNOWN,
    FALLING,
    /** Equivalent to none: its whole interval is small, not merely not significant. */
    FLAT,
    RISING,
    /** Neither significant nor equivalent to none. */
    UNDECIDED
  }

  /** Of fluctuation and dissipation, by a test of equivalence. */
  public enum Equilibrium {
    UNKNOWN,
    HOLDS,
    FAILS
  }
}
