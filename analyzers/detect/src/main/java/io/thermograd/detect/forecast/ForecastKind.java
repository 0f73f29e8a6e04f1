package io.thermograd.detect.forecast;

/** What is forecast. */
enum ForecastKind {
  /** Mean loss of the next window. */
  LOSS("loss", false, 0.2),
  /** Change of the mean loss after a lower learning rate or a larger batch. */
  LOSS_CHANGE("loss_change", false, 0.02),
  /** Steps until the smoothed loss is 1 % lower. */
  STEPS_TO_IMPROVEMENT("steps_to_improvement", true, 0.2),
  /** Steps until the run leaves its basin. */
  ESCAPE_STEPS("escape_steps", true, 0.02),
  /** Whether it leaves its basin within the rest of the budget. */
  ESCAPE_PROBABILITY("escape_probability", false, 0.02),
  /** Steps from a change of learning rate or batch size until the run leaves its basin. */
  ESCAPE_AFTER_CHANGE("escape_after_change", true, 0.02);

  private final String id;
  private final boolean waits;
  private final double tolerance;

  ForecastKind(String id, boolean waits, double tolerance) {
    this.id = id;
    this.waits = waits;
    this.tolerance = tolerance;
  }

  /** The name in insights and metrics. */
  String id() {
    return id;
  }

  /** Whether it is of a time until something happens, which may not have happened when due. */
  boolean waits() {
    return waits;
  }

  /** Relative change of learning rate or batch size that ends what the forecast rests on. */
  double tolerance() {
    return tolerance;
  }
}
