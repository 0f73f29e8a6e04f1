package io.thermograd.detect.forecast;

/** What is known of the rate at which a run leaves a basin, per unit of SGD time. Immutable. */
sealed interface EscapeRate permits CountedRate, TemperedRate {
  /** Probability to leave within a time. */
  double within(double span);

  /** The end of the posterior of {@link #within} below which it is with a probability. */
  double within(double span, double probability);

  /** What it does not exceed with 95 %. */
  default double atMost(double span) {
    return within(span, 0.95);
  }

  /**
   * Steps until it leaves.
   *
   * @param pace SGD time of a step
   */
  Predictive.Lomax remaining(double pace);

  /** Whether no exit has been seen, here or at other temperatures. */
  default boolean unseen() {
    return false;
  }
}
