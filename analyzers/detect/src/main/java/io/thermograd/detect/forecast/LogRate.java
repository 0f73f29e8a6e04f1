package io.thermograd.detect.forecast;

import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * What is known of log k from elsewhere: a normal law whose scale is another to either side of its
 * mode. Immutable.
 *
 * @param mode of log k
 * @param below standard error towards lower rates, > 0
 * @param above towards higher ones, > 0
 */
record LogRate(double mode, double below, double above) {
  private static final NormalDistribution STANDARD = new NormalDistribution(0, 1);
  private static final double HALF_CIRCLE = Math.log(Math.PI / 2) / 2;

  LogRate {
    if (!Double.isFinite(mode) || !(below > 0) || !(above > 0)) {
      throw new IllegalArgumentException(
          "mode should be finite and its errors be positive: were %s, %s and %s"
              .formatted(mode, below, above));
    }
  }

  private double scale(double log) {
    return log < mode ? below : above;
  }

  /** Log density less that at the mode. */
  double fallen(double log) {
    double z = (log - mode) / scale(log);
    return -z * z / 2;
  }

  /** Slope of the log density. */
  double slope(double log) {
    double s = scale(log);
    return (mode - log) / (s * s);
  }

  /** Log density at the mode. */
  double top() {
    return -HALF_CIRCLE - Math.log(below + above);
  }

  /** What log k is below with a probability. */
  double quantile(double probability) {
    double whole = below + above;
    return probability * whole < below
        ? mode + below * STANDARD.inverseCumulativeProbability(probability * whole / (2 * below))
        : mode
            - above
                * STANDARD.inverseCumulativeProbability((1 - probability) * whole / (2 * above));
  }
}
