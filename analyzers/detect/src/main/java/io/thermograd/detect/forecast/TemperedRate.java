package io.thermograd.detect.forecast;

import io.thermograd.theory.EscapeTime;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.special.Gamma;

/**
 * From exits that were counted in a time, with the prior that other temperatures give: log k normal
 * to either side of what the Arrhenius line says. The posterior, prior·kⁿe^{−kt}, is taken on a
 * grid of log k that spans all but e^−{@value #DEPTH} of it.
 *
 * <p>O({@value #POINTS}). Relative error of a probability about 10⁻³.
 */
final class TemperedRate implements EscapeRate {
  private static final int POINTS = 160;
  private static final double DEPTH = 25;
  private static final double SHORTEST = 1e-300;
  private static final double LONGEST = 1e300;

  private final double[] rates = new double[POINTS];

  /** Of the cells of the grid, adding up to 1. */
  private final double[] weights = new double[POINTS];

  private final double lowest;
  private final double cell;
  private final double shape;
  private final double scale;
  private final long exits;
  private final double time;
  private final LogRate prior;

  /** Of the mean of kⁿe^{−kt} over the prior. */
  private final double logMean;

  /**
   * @param exits n
   * @param time t ≥ 0
   * @param prior of log k, from other temperatures
   */
  TemperedRate(long exits, double time, LogRate prior) {
    if (exits < 0 || !(time >= 0)) {
      throw new IllegalArgumentException(
          "exits and time should not be negative: were " + exits + " and " + time);
    }
    this.exits = exits;
    this.time = time;
    this.prior = prior;
    DoubleUnaryOperator log = u -> prior.fallen(u) + logLikelihood(u);
    double peak = peak();
    double top = log.applyAsDouble(peak);
    double low = edge(log, peak, top, -1);
    double high = edge(log, peak, top, 1);
    this.lowest = low;
    this.cell = (high - low) / POINTS;
    double sum = 0;
    double logs = 0;
    double squares = 0;
    for (int i = 0; i < POINTS; i++) {
      double u = lowest + cell * (i + 0.5);
      rates[i] = bounded(u);
      weights[i] = Math.exp(log.applyAsDouble(u) - top);
      sum += weights[i];
      logs += weights[i] * (u - peak);
      squares += weights[i] * (u - peak) * (u - peak);
    }
    for (int i = 0; i < POINTS; i++) {
      weights[i] /= sum;
    }
    double off = logs / sum;
    this.shape = shape(squares / sum - off * off);
    this.scale = Math.exp(Gamma.digamma(shape) - peak - off);
    this.logMean = prior.top() + top + Math.log(sum * cell);
  }

  private double logLikelihood(double log) {
    return exits * log - time * bounded(log);
  }

  /** eᵘ, where that is still a number. */
  private static double bounded(double u) {
    return Math.min(Math.exp(u), LONGEST);
  }

  /** Where the concave log density has slope 0, by bisection: at the low end t·eᵘ ≤ 1/(e·v). */
  private double peak() {
    double mode = prior.mode();
    double v = prior.below() * prior.below();
    double low = (time > 0 ? Math.min(mode, -Math.log(time) - Math.log(v)) : mode) - 1;
    double high = mode + prior.above() * prior.above() * exits + 1;
    for (int i = 0; i < 200; i++) {
      double u = (low + high) / 2;
      if (prior.slope(u) + exits - time * bounded(u) > 0) {
        low = u;
      } else {
        high = u;
      }
    }
    return (low + high) / 2;
  }

  /** Where the log density has fallen by {@link #DEPTH}, to one side. */
  private static double edge(DoubleUnaryOperator log, double peak, double top, int side) {
    double near = 0;
    double far = 1;
    while (log.applyAsDouble(peak + side * far) > top - DEPTH && far < 1e6) {
      far *= 2;
    }
    for (int i = 0; i < 60; i++) {
      double middle = (near + far) / 2;
      if (log.applyAsDouble(peak + side * middle) > top - DEPTH) {
        near = middle;
      } else {
        far = middle;
      }
    }
    return peak + side * far;
  }

  /** The Gamma law whose logarithm has that variance, ψ′(shape) = variance, by bisection. */
  private static double shape(double variance) {
    double low = 1e-3;
    double high = 1e9;
    for (int i = 0; i < 100; i++) {
      double middle = Math.sqrt(low * high);
      if (Gamma.trigamma(middle) > variance) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public double within(double span) {
    double sum = 0;
    for (int i = 0; i < POINTS; i++) {
      sum -= weights[i] * Math.expm1(-rates[i] * span);
    }
    return Math.min(1, sum);
  }

  @Override
  public double within(double span, double probability) {
    double sum = 0;
    int i = 0;
    while (i < POINTS - 1 && sum + weights[i] < probability) {
      sum += weights[i];
      i++;
    }
    // Within a cell the logarithm of the rate goes linearly.
    double part = weights[i] > 0 ? Math.min(1, (probability - sum) / weights[i]) : 0.5;
    double rate = bounded(lowest + cell * (i + part));
    return EscapeTime.probabilityWithin(rate, span);
  }

  @Override
  public double atMostEver(double span, double whole) {
    double rate = bounded(Math.min(prior.quantile(1 - OTHERS), stayed()));
    return EscapeTime.probabilityWithin(rate, span);
  }

  /** The largest log k that the stay leaves possible. */
  private double stayed() {
    if (time <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double least = logMean + Math.log(STAY);
    if (exits == 0) {
      return Math.log(-least / time);
    }
    // To the right of its peak at n/t the likelihood falls; there it is above its mean.
    double low = Math.log(exits / time);
    double high = low + 1;
    while (logLikelihood(high) > least) {
      high++;
    }
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (logLikelihood(middle) > least) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Of the Gamma law with the same mean and variance of log k. */
  @Override
  public Predictive.Lomax remaining(double pace) {
    return new Predictive.Lomax(shape, Math.min(Math.max(scale / pace, SHORTEST), LONGEST));
  }
}
