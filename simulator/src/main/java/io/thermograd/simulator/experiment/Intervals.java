package io.thermograd.simulator.experiment;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.BetaDistribution;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.interval.BinomialProportion;
import org.hipparchus.stat.interval.ConfidenceInterval;

/**
 * 95 % intervals of what simulations count and average. All are for independent values; where they
 * follow each other in time, hand over one value per replica or use {@link #batchMeans}.
 *
 * <p>Values that are not finite give a measurement that is not finite, and so a row that fails.
 * Arguments out of range are an {@link IllegalArgumentException} that names them. Pure functions,
 * O(n).
 */
public final class Intervals {
  private static final double CONFIDENCE = 0.95;
  private static final double TAIL = (1 - CONFIDENCE) / 2;

  private Intervals() {}

  /**
   * The mean, with Student's interval. Exact for normal values, good for others from about 30 on.
   * The ends are NaN for a single value.
   */
  public static Measured mean(double[] values) {
    requireValues(values, 1);
    double standardError = StrictMath.sqrt(StatUtils.variance(values) / values.length);
    return values.length == 1
        ? new Measured(values[0], Double.NaN, Double.NaN)
        : Measured.student(StatUtils.mean(values), standardError, values.length - 1.0);
  }

  /**
   * The mean of a correlated, stationary series: Student's interval over the means of equally long
   * batches, which are nearly independent when a batch is many correlation times long. What does
   * not fill the last batch is left out.
   *
   * @param batches 2 or more; 20 to 40 are usual
   */
  public static Measured batchMeans(double[] series, int batches) {
    if (batches < 2 || batches > series.length) {
      throw new IllegalArgumentException(
          "batches should be between 2 and the %d values: were %d"
              .formatted(series.length, batches));
    }
    int size = series.length / batches;
    double[] means = new double[batches];
    for (int b = 0; b < batches; b++) {
      means[b] = StatUtils.mean(series, b * size, size);
    }
    return mean(means);
  }

  /**
   * The variance s² = Σ(x − x̄)²/(n − 1), with a normal interval from the fourth central moment m₄:
   * Var s² ≈ (m₄ − s⁴)/n. It does not suppose normal values, and wants about 100 of them.
   */
  public static Measured variance(double[] values) {
    requireValues(values, 2);
    double mean = StatUtils.mean(values);
    double variance = StatUtils.variance(values, mean);
    double fourth = 0;
    for (double x : values) {
      double square = (x - mean) * (x - mean);
      fourth += square * square;
    }
    fourth /= values.length;
    double spread = Math.max(0, fourth - variance * variance);
    return Measured.normal(variance, StrictMath.sqrt(spread / values.length));
  }

  /**
   * The ratio E x/E y of paired values by the delta method: the standard error is that of the mean
   * of (x − r·y)/ȳ. Wants ȳ many standard errors from 0.
   */
  public static Measured ratio(double[] x, double[] y) {
    requireValues(x, 2);
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "x and y should be paired: were %d and %d values".formatted(x.length, y.length));
    }
    double denominator = StatUtils.mean(y);
    double ratio = StatUtils.mean(x) / denominator;
    double[] residuals = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      residuals[i] = (x[i] - ratio * y[i]) / denominator;
    }
    double standardError = StrictMath.sqrt(StatUtils.variance(residuals) / x.length);
    return Measured.student(ratio, standardError, x.length - 1.0);
  }

  /**
   * A probability from {@code successes} out of {@code trials}, with Wilson's interval: its mean
   * coverage is 95 %. For plots and rows.
   */
  public static Measured proportion(int successes, int trials) {
    requireCounts(successes, trials);
    double share = (double) successes / trials;
    ConfidenceInterval interval =
        BinomialProportion.getWilsonScoreInterval(trials, share, CONFIDENCE);
    // exact at the ends, where rounding would leave 10⁻¹⁹
    return new Measured(
        share,
        successes == 0 ? 0 : interval.getLowerBound(),
        successes == trials ? 1 : interval.getUpperBound());
  }

  /**
   * The same with the interval of Clopper and Pearson: its coverage is at least 95 % whatever the
   * probability, so it is wider.
   */
  public static Measured proportionAtLeast95(int successes, int trials) {
    requireCounts(successes, trials);
    // not by BinomialProportion, which refuses 0 successes (Hipparchus 4.0.3)
    int failures = trials - successes;
    double low = successes == 0 ? 0 : beta(TAIL, successes, failures + 1.0);
    double high = failures == 0 ? 1 : beta(1 - TAIL, successes + 1.0, failures);
    return new Measured((double) successes / trials, low, high);
  }

  /**
   * The mean τ of exponentially distributed times that were all seen to their end. 2nτ̂/τ has the
   * chi-square distribution with 2n degrees of freedom, so the interval is exact.
   */
  public static Measured exponentialMean(double[] times) {
    requireValues(times, 1);
    double n = times.length;
    double total = Arrays.stream(times).sum();
    return new Measured(
        total / n, 2 * total / chiSquare(1 - TAIL, 2 * n), 2 * total / chiSquare(TAIL, 2 * n));
  }

  /**
   * The mean τ between events of constant rate, from counts: exposure/events, with the interval of
   * Garwood, whose coverage is at least 95 %. This is for observation that ends at a given time,
   * with replicas that did not escape counted in the exposure. Without events the value is infinite
   * and the lower end exposure/3.69.
   *
   * @param exposure observed time summed over replicas, &gt; 0
   */
  public static Measured exponentialMean(long events, double exposure) {
    if (events < 0) {
      throw new IllegalArgumentException("events should not be negative: were " + events);
    }
    if (!(exposure > 0)) {
      throw new IllegalArgumentException("exposure should be positive: was " + exposure);
    }
    double low = 2 * exposure / chiSquare(1 - TAIL, 2.0 * events + 2);
    double high =
        events == 0 ? Double.POSITIVE_INFINITY : 2 * exposure / chiSquare(TAIL, 2.0 * events);
    return new Measured(exposure / events, low, high);
  }

  private static double chiSquare(double probability, double degreesOfFreedom) {
    return new ChiSquaredDistribution(degreesOfFreedom).inverseCumulativeProbability(probability);
  }

  private static double beta(double probability, double a, double b) {
    return new BetaDistribution(a, b).inverseCumulativeProbability(probability);
  }

  private static void requireValues(double[] values, int atLeast) {
    if (values.length < atLeast) {
      throw new IllegalArgumentException(
          "values should be at least %d: were %d".formatted(atLeast, values.length));
    }
  }

  private static void requireCounts(int successes, int trials) {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          "successes should be between 0 and the trials: were %d of %d"
              .formatted(successes, trials));
    }
  }
}
