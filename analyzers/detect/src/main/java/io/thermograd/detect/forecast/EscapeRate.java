package io.thermograd.detect.forecast;

import io.thermograd.theory.EscapeTime;
import org.hipparchus.distribution.continuous.GammaDistribution;
import org.hipparchus.special.Gamma;

/**
 * What is known of the rate k at which a run leaves a basin, per unit of SGD time: a Gamma
 * posterior, p(k) ∝ k^{shape−1}·e^{−k·time}. Immutable.
 *
 * @param shape the events it rests on, and ½ or what other temperatures are worth
 * @param time the time it rests on
 * @param unseen whether no exit has been seen, here or at other temperatures
 */
record EscapeRate(double shape, double time, boolean unseen) {
  private static final double PRIOR = 0.5;

  /** Of exits that were counted in a time, with Jeffreys' prior k^−½. */
  static EscapeRate counted(long exits, double time) {
    return new EscapeRate(exits + PRIOR, time, exits == 0);
  }

  /**
   * The same with the prior that other temperatures give: the Gamma law that has the given mean and
   * variance of log k. A prior worth less than Jeffreys' is not used.
   */
  static EscapeRate counted(long exits, double time, double meanLog, double varianceLog) {
    double shape = shape(varianceLog);
    if (!(shape > PRIOR)) {
      return counted(exits, time);
    }
    double prior = Math.exp(Gamma.digamma(shape) - meanLog);
    return prior < Double.POSITIVE_INFINITY
        ? new EscapeRate(shape + exits, prior + time, false)
        : counted(exits, time);
  }

  /** The shape whose logarithm has that variance, ψ′(shape) = variance, by bisection. */
  private static double shape(double variance) {
    double low = 1e-3;
    double high = 1e9;
    for (int i = 0; i < 200 && high / low > 1 + 1e-12; i++) {
      double middle = Math.sqrt(low * high);
      if (Gamma.trigamma(middle) > variance) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Steps until it leaves.
   *
   * @param pace SGD time of a step
   */
  Predictive.Lomax remaining(double pace) {
    return new Predictive.Lomax(shape, time / pace);
  }

  /** Probability to leave within a time. */
  double within(double span) {
    return -Math.expm1(-shape * Math.log1p(span / time));
  }

  /** The end of the posterior of {@link #within} below which it is with a probability. */
  double within(double span, double probability) {
    double rate = new GammaDistribution(shape, 1).inverseCumulativeProbability(probability) / time;
    return EscapeTime.probabilityWithin(rate, span);
  }

  /** What it does not exceed with 95 %: 1 − e^{−3·span/time} where no exit has been seen. */
  double atMost(double span) {
    return unseen
        ? EscapeTime.probabilityWithin(EscapeTime.zeroEventBound(time), span)
        : within(span, 0.95);
  }
}
