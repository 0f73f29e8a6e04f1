package io.thermograd.detect;

/** Whether the smoothed loss goes down, by how many standard errors its recent mean is lower. */
enum Trend {
  RISING,
  FLAT,
  FALLING;

  // Two thresholds, so that a loss at the edge of significance does not change trend every step.
  private static final double BEGINS_SDS = 3;
  private static final double ENDS_SDS = 1.5;

  /**
   * @param significance decrease over its standard error; NaN counts as flat
   */
  Trend next(double significance) {
    if (significance > (this == FALLING ? ENDS_SDS : BEGINS_SDS)) {
      return FALLING;
    }
    return -significance > (this == RISING ? ENDS_SDS : BEGINS_SDS) ? RISING : FLAT;
  }
}
