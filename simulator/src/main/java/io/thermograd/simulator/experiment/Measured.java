package io.thermograd.simulator.experiment;

import java.util.function.DoubleUnaryOperator;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * A measurement with its 95 % interval. {@link Intervals} and {@link Fits} make them from data.
 *
 * @param low lower end; equal to the value when it is exact. The ends are infinite or NaN where the
 *     data do not bound the value
 */
public record Measured(double value, double low, double high) {
  /** 97.5 % point of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  public Measured {
    if (low > high) {
      throw new IllegalArgumentException(
          "interval's ends should be in order: were " + low + " and " + high);
    }
  }

  /** Enumerated or computed without sampling. */
  public static Measured exact(double value) {
    return new Measured(value, value, value);
  }

  /**
   * value ± 1.96 standard errors.
   *
   * @param standardError ≥ 0, or NaN when it is not known
   */
  public static Measured normal(double value, double standardError) {
    double half = Z * standardError;
    return new Measured(value, value - half, value + half);
  }

  /**
   * value ± t standard errors, t the 97.5 % point of Student's distribution: for a standard error
   * that is itself estimated from few values.
   *
   * @param degreesOfFreedom when 0 or less the interval's ends are NaN
   */
  public static Measured student(double value, double standardError, double degreesOfFreedom) {
    double half =
        degreesOfFreedom > 0
            ? new TDistribution(degreesOfFreedom).inverseCumulativeProbability(0.975)
                * standardError
            : Double.NaN;
    return new Measured(value, value - half, value + half);
  }

  /**
   * The same measurement on another scale, for example {@code map(StrictMath::exp)} for what was
   * fitted as a logarithm. The interval keeps its coverage because a monotone function keeps order.
   *
   * @param monotone rising or falling over the whole interval
   */
  public Measured map(DoubleUnaryOperator monotone) {
    double a = monotone.applyAsDouble(low);
    double b = monotone.applyAsDouble(high);
    return new Measured(monotone.applyAsDouble(value), Math.min(a, b), Math.max(a, b));
  }

  /** The same measurement in another unit. */
  public Measured times(double factor) {
    return map(x -> x * factor);
  }
}
