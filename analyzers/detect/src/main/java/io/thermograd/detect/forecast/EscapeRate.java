package io.thermograd.detect.forecast;

/** What is known of the rate at which a run leaves a basin, per unit of SGD time. Immutable. */
sealed interface EscapeRate permits CountedRate, TemperedRate {
  /** Error that is allowed to what other temperatures say, on which there is one look. */
  double OTHERS = 0.045;

  /** Error that is allowed to the stay itself, at all looks together. */
  double STAY = 0.005;

  /** Probability to leave within a time. */
  double within(double span);

  /** The end of the posterior of {@link #within} below which it is with a probability. */
  double within(double span, double probability);

  /** What it does not exceed with 95 %, at one look. */
  default double atMost(double span) {
    return within(span, 0.95);
  }

  /**
   * What it does not exceed with 95 % at any of the looks of a stay, however many there are. The
   * rates that may be are those whose likelihood w.r.t. the prior's mean of it,
   *
   * <pre>
   * kⁿe^{−kt} / ∫ w(κ)·κⁿe^{−κt} dκ ≥ {@value #STAY},
   * </pre>
   *
   * has not fallen too low: for the true rate the inverse is a martingale that begins at 1, and by
   * Ville's inequality ever reaches 1/{@value #STAY} with no more than that probability. What other
   * temperatures say does not change in between: there the usual end will do.
   *
   * @param whole time of the whole budget, the same at all looks
   */
  double atMostEver(double span, double whole);

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
