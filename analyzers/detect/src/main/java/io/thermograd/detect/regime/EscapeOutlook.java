package io.thermograd.detect.regime;

/**
 * What is expected of the present basin, for the verdict on a run that sits in it.
 *
 * @param probabilityUpper upper end of the 95 % interval of the probability to leave it within the
 *     remaining budget
 * @param remainingSteps of the budget
 * @param better whether a better basin is known or to be expected elsewhere
 * @param learningRateNeeded at which it would be left within the budget; NaN while unknown
 */
public record EscapeOutlook(
    double probabilityUpper, long remainingSteps, boolean better, double learningRateNeeded) {
  public EscapeOutlook {
    if (!(probabilityUpper >= 0 && probabilityUpper <= 1)) {
      throw new IllegalArgumentException(
          "probabilityUpper should be between 0 and 1: was " + probabilityUpper);
    }
    if (remainingSteps < 0) {
      throw new IllegalArgumentException(
          "remainingSteps should not be negative: was " + remainingSteps);
    }
  }
}
