package io.thermograd.detect.forecast;

import io.thermograd.theory.EscapeTime;
import org.hipparchus.distribution.continuous.GammaDistribution;
import org.hipparchus.special.Gamma;

/**
 * From exits that were counted in a time, with Jeffreys' prior k^−½: a Gamma posterior of shape
 * exits + ½ and rate time.
 */
record CountedRate(long exits, double time) implements EscapeRate {
  private static final double PRIOR = 0.5;
  private static final int HALVINGS = 60;

  CountedRate {
    if (exits < 0 || !(time > 0)) {
      throw new IllegalArgumentException(
          "exits should not be negative and time be positive: were " + exits + " and " + time);
    }
  }

  private double shape() {
    return exits + PRIOR;
  }

  @Override
  public double within(double span) {
    return -Math.expm1(-shape() * Math.log1p(span / time));
  }

  @Override
  public double within(double span, double probability) {
    double quantile = new GammaDistribution(shape(), 1).inverseCumulativeProbability(probability);
    return EscapeTime.probabilityWithin(quantile / time, span);
  }

  /** 1 − e^{−3·span/time} where no exit has been seen. */
  @Override
  public double atMost(double span) {
    return unseen()
        ? EscapeTime.probabilityWithin(EscapeTime.zeroEventBound(time), span)
        : within(span, 0.95);
  }

  /** With Jeffreys' prior cut off softly at one exit in the whole budget: Gamma(½, whole). */
  @Override
  public double atMostEver(double span, double whole) {
    double mean =
        Gamma.logGamma(shape())
            - Gamma.logGamma(PRIOR)
            - exits * Math.log(whole + time)
            - PRIOR * Math.log1p(time / whole);
    double lowest = mean + Math.log(STAY);
    if (exits == 0) {
      return EscapeTime.probabilityWithin(-lowest / time, span);
    }
    // To the right of its peak at n/t the likelihood falls.
    double low = exits / time;
    double high = 2 * low;
    while (logLikelihood(high) > lowest) {
      high *= 2;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (logLikelihood(middle) > lowest) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return EscapeTime.probabilityWithin(low, span);
  }

  private double logLikelihood(double rate) {
    return exits * Math.log(rate) - rate * time;
  }

  @Override
  public Predictive.Lomax remaining(double pace) {
    return new Predictive.Lomax(shape(), time / pace);
  }

  @Override
  public boolean unseen() {
    return exits == 0;
  }
}
