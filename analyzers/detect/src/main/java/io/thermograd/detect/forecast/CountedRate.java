package io.thermograd.detect.forecast;

import io.thermograd.theory.EscapeTime;
import org.hipparchus.distribution.continuous.GammaDistribution;

/**
 * From exits that were counted in a time, with Jeffreys' prior k^−½: a Gamma posterior of shape
 * exits + ½ and rate time.
 */
record CountedRate(long exits, double time) implements EscapeRate {
  private static final double PRIOR = 0.5;

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

  @Override
  public Predictive.Lomax remaining(double pace) {
    return new Predictive.Lomax(shape(), time / pace);
  }

  @Override
  public boolean unseen() {
    return exits == 0;
  }
}
