package io.thermograd.theory;

/**
 * τ = A·e^{ΔU/T}, with ΔU and A measured: the line of log τ over 1/T through mean dwell times at
 * several temperatures, weighted by how many escapes each rests on.
 *
 * <p>Dwell times are exponential, so that the log of their mean over n events has variance ψ′(n) ≈
 * 1/(n − ½) and expectation log τ + ψ(n) − log n ≈ log τ − 1/(2n), which is added back. Intervals
 * are Student's t with k − 2 degrees of freedom on the residuals' own scale, so that they also
 * widen where the points do not lie on a line; with three temperatures they are wide (t = 12.7).
 *
 * <p>Immutable. Bad input is an {@link IllegalArgumentException} that names the argument and the
 * value.
 *
 * <p>Source: QUANTITIES.md, section 7.
 */
public final class Arrhenius {
  private final double slope;
  private final double center;
  private final double meanInverse;
  private final double slopeVariance;
  private final double centerVariance;
  private final int degrees;

  /** What the residuals' scale would have to be multiplied by to be that of counted events. */
  private final double counting;

  private Arrhenius(
      double slope,
      double center,
      double meanInverse,
      double slopeVariance,
      double centerVariance,
      int degrees,
      double counting) {
    this.slope = slope;
    this.center = center;
    this.meanInverse = meanInverse;
    this.slopeVariance = slopeVariance;
    this.centerVariance = centerVariance;
    this.degrees = degrees;
    this.counting = counting;
  }

  /** A value with the interval that holds the truth with the stated probability. */
  public record Estimate(double value, double low, double high) {}

  /**
   * Fits the line.
   *
   * @param temperatures at least three, not all equal, > 0
   * @param meanTimes mean dwell time at each, > 0
   * @param events number of escapes in each mean, ≥ 1
   */
  public static Arrhenius fit(double[] temperatures, double[] meanTimes, long[] events) {
    int k = Checks.atLeast("number of temperatures", 3, temperatures.length);
    Checks.length("mean times", meanTimes, k);
    if (events.length != k) {
      throw new IllegalArgumentException(
          "events should have %d elements: had %d".formatted(k, events.length));
    }
    Checks.positive("temperatures", temperatures);
    Checks.positive("mean times", meanTimes);
    double[] weights = new double[k];
    double[] logs = new double[k];
    double total = 0;
    double meanInverse = 0;
    double center = 0;
    for (int i = 0; i < k; i++) {
      double n = Checks.atLeast("events", 1L, events[i]);
      weights[i] = n - 0.5 + 1 / (12 * n);
      logs[i] = StrictMath.log(meanTimes[i]) + 1 / (2 * n) + 1 / (12 * n * n);
      total += weights[i];
      meanInverse += weights[i] / temperatures[i];
      center += weights[i] * logs[i];
    }
    meanInverse /= total;
    center /= total;
    double spread = 0;
    double slope = 0;
    for (int i = 0; i < k; i++) {
      double d = 1 / temperatures[i] - meanInverse;
      spread += weights[i] * d * d;
      slope += weights[i] * d * (logs[i] - center);
    }
    if (!(spread > 1e-20 * total * meanInverse * meanInverse)) {
      throw new IllegalArgumentException("temperatures should differ: were all " + temperatures[0]);
    }
    slope /= spread;
    double residual = 0;
    for (int i = 0; i < k; i++) {
      double d = 1 / temperatures[i] - meanInverse;
      double r = logs[i] - center - slope * d;
      residual += weights[i] * r * r;
    }
    double scale = residual / (k - 2);
    // The weights are inverse variances: on the events' own scatter alone the scale would be 1.
    double larger = Math.max(1, scale);
    return new Arrhenius(
        slope, center, meanInverse, larger / spread, larger / total, k - 2, scale / larger);
  }

  /** ΔU. */
  public double barrier() {
    return slope;
  }

  /** ΔU with its interval. */
  public Estimate barrier(double level) {
    double half = StudentT.twoSided(level, degrees) * StrictMath.sqrt(counting * slopeVariance);
    return new Estimate(slope, slope - half, slope + half);
  }

  /** A, in the unit of the times. */
  public double prefactor() {
    return StrictMath.exp(center - slope * meanInverse);
  }

  /** A with its interval. */
  public Estimate prefactor(double level) {
    return exponential(0, level);
  }

  /** τ at a temperature. */
  public double time(double temperature) {
    Checks.positive("temperature", temperature);
    return StrictMath.exp(center + slope * (1 / temperature - meanInverse));
  }

  /** τ at a temperature with its interval, which widens away from the measured ones. */
  public Estimate time(double temperature, double level) {
    return exponential(1 / Checks.positive("temperature", temperature), level);
  }

  /**
   * Variance of ΔU's error where exits are known to be exponential: that of counted events, or of
   * the residuals where that is larger. Unlike the intervals it is of use with three temperatures.
   */
  public double barrierVariance() {
    return slopeVariance;
  }

  /** Mean 1/T of the temperatures, each by its events. */
  public double meanInverse() {
    return meanInverse;
  }

  /** The same of log τ at a temperature. */
  public double logTimeVariance(double temperature) {
    double d = 1 / Checks.positive("temperature", temperature) - meanInverse;
    return centerVariance + d * d * slopeVariance;
  }

  /**
   * The learning rate at which the mean escape takes {@code steps}: the η with A·e^{ΔU/(aη)}/η =
   * steps, T = aη. Any larger η escapes sooner.
   *
   * @param temperaturePerRate a = T/η_eff > 0, for example cσ²/(2B)
   * @param steps ≥ 1; for times that were measured in SGD time
   */
  public double learningRateFor(double temperaturePerRate, double steps) {
    return learningRateFor(slope, center - slope * meanInverse, temperaturePerRate, steps);
  }

  /** The same of a barrier and log A. */
  static double learningRateFor(
      double barrier, double logPrefactor, double temperaturePerRate, double steps) {
    Checks.positive("temperature per learning rate", temperaturePerRate);
    Checks.positive("steps", steps);
    if (!(barrier > 0)) {
      throw new IllegalArgumentException("barrier should be positive: was " + barrier);
    }
    // With u = ΔU/(aη): u·eᵘ = steps·ΔU/(aA).
    double logRight = StrictMath.log(steps * barrier / temperaturePerRate) - logPrefactor;
    return barrier / (temperaturePerRate * lambertOfExp(logRight));
  }

  private Estimate exponential(double inverse, double level) {
    double d = inverse - meanInverse;
    double value = center + slope * d;
    double half =
        StudentT.twoSided(level, degrees)
            * StrictMath.sqrt(counting * (centerVariance + d * d * slopeVariance));
    return new Estimate(
        StrictMath.exp(value), StrictMath.exp(value - half), StrictMath.exp(value + half));
  }

  /** The u > 0 with u + log u = y, by Newton's method in log u, which converges from anywhere. */
  private static double lambertOfExp(double y) {
    double log = y > 1 ? StrictMath.log(y) : y;
    for (int i = 0; i < 100; i++) {
      double u = StrictMath.exp(log);
      double step = (u + log - y) / (u + 1);
      log -= step;
      if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(log))) {
        break;
      }
    }
    return StrictMath.exp(log);
  }
}
