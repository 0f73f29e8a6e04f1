package io.thermograd.theory;

import java.util.Arrays;

/**
 * log k = a − ΔU/T from what was counted: the Poisson likelihood of the escapes in the time spent
 * at several temperatures, whose rates follow the law of Arrhenius.
 *
 * <pre>
 * ℓ(a, ΔU) = Σ nᵢ·log kᵢ − tᵢ·kᵢ,   log kᵢ = a − ΔU/Tᵢ
 * </pre>
 *
 * <p>Unlike {@link Arrhenius}, a line through mean dwell times, it takes a temperature without an
 * escape for what it is: a time in which there was none. And its errors are those of counted
 * events, which no scatter of three points about a line can make smaller or, by chance, larger:
 * they are widened only where the deviance is above the 95 % point of its χ² law, to the smallest
 * scale with which it agrees. An extrapolated rate has an uneven error, which {@link #logRateEnd}
 * takes from the likelihood itself.
 *
 * <p>Immutable. Bad input is an {@link IllegalArgumentException} that names the argument and the
 * value. A fit takes some twenty passes over the temperatures, an end some fifty.
 *
 * <p>Source: P. McCullagh, J. Nelder, Generalized Linear Models, 2nd ed., chapter 6; signed root of
 * the profile likelihood: doi:10.1017/CBO9780511611056.
 */
public final class ArrheniusCounts {
  private static final int STEPS = 200;
  private static final int HALVINGS = 40;
  private static final double CONVERGED = 1e-12;
  private static final double TOLERANCE = 1e-10;
  private static final int ROOTS = 40;
  private static final double CLOSE = 1e-7;

  /** 95 % quantile of the standard normal law. */
  private static final double NORMAL = 1.6448536269514722;

  private final double[] inverses;
  private final double[] times;
  private final double[] events;
  private final double total;
  private final double meanInverse;
  private final double center;
  private final double slope;
  private final double spread;
  private final double scale;

  private ArrheniusCounts(double[] inverses, double[] times, double[] events) {
    this.inverses = inverses;
    this.times = times;
    this.events = events;
    this.total = Arrays.stream(events).sum();
    double mean = 0;
    for (int i = 0; i < events.length; i++) {
      mean += events[i] * inverses[i];
    }
    this.meanInverse = mean / total;
    double u = start();
    double c = best(u);
    // With c at its best for each u the likelihood is concave in u alone.
    for (int step = 0; step < STEPS; step++) {
      double gradient = 0;
      double curvature = 0;
      double drift = 0;
      for (int i = 0; i < events.length; i++) {
        double d = inverses[i] - meanInverse;
        double expected = expected(i, c, u);
        gradient -= d * (events[i] - expected);
        drift += d * expected;
        curvature += d * d * expected;
      }
      curvature -= drift * drift / total;
      double move = curvature > 0 ? gradient / curvature : 0;
      double before = logLikelihood(c, u);
      double next = u + move;
      double centre = best(next);
      for (int h = 0; h < HALVINGS && !(logLikelihood(centre, next) >= before); h++) {
        move /= 2;
        next = u + move;
        centre = best(next);
      }
      boolean done = Math.abs(next - u) <= CONVERGED * (Math.abs(u) + 1 / meanInverse);
      u = next;
      c = centre;
      if (done) {
        break;
      }
    }
    this.slope = u;
    this.center = c;
    double sum = 0;
    double deviance = 0;
    for (int i = 0; i < events.length; i++) {
      double d = inverses[i] - meanInverse;
      double expected = expected(i, c, u);
      sum += d * d * expected;
      deviance += events[i] > 0 ? 2 * events[i] * StrictMath.log(events[i] / expected) : 0;
      deviance -= 2 * (events[i] - expected);
    }
    this.spread = sum;
    int degrees = events.length - 2;
    this.scale = degrees > 0 ? Math.max(1, deviance / highest(degrees)) : 1;
  }

  /**
   * Fits the law.
   *
   * @param temperatures > 0
   * @param times spent at each, > 0
   * @param escapes in each time, ≥ 0; at two different temperatures at least one
   */
  public static ArrheniusCounts fit(double[] temperatures, double[] times, long[] escapes) {
    int k = Checks.atLeast("number of temperatures", 2, temperatures.length);
    Checks.length("times", times, k);
    if (escapes.length != k) {
      throw new IllegalArgumentException(
          "escapes should have %d elements: had %d".formatted(k, escapes.length));
    }
    Checks.positive("temperatures", temperatures);
    Checks.positive("times", times);
    double[] inverses = new double[k];
    double[] events = new double[k];
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (int i = 0; i < k; i++) {
      events[i] = Checks.atLeast("escapes", 0L, escapes[i]);
      inverses[i] = 1 / temperatures[i];
      if (events[i] > 0) {
        low = Math.min(low, inverses[i]);
        high = Math.max(high, inverses[i]);
      }
    }
    if (!(high > low * (1 + 1e-9))) {
      throw new IllegalArgumentException(
          "escapes should be at two different temperatures at least: were "
              + Arrays.toString(escapes)
              + " at "
              + Arrays.toString(temperatures));
    }
    return new ArrheniusCounts(inverses, times.clone(), events);
  }

  /** ΔU by least squares through the temperatures with escapes, from where to search. */
  private double start() {
    double squares = 0;
    double products = 0;
    for (int i = 0; i < events.length; i++) {
      if (events[i] > 0) {
        double d = inverses[i] - meanInverse;
        squares += events[i] * d * d;
        products -= events[i] * d * StrictMath.log(events[i] / times[i]);
      }
    }
    return products / squares;
  }

  /** The log rate at the mean 1/T at which as many escapes are expected as were seen. */
  private double best(double u) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double inverse : inverses) {
      largest = Math.max(largest, -u * (inverse - meanInverse));
    }
    double sum = 0;
    for (int i = 0; i < times.length; i++) {
      sum += times[i] * StrictMath.exp(-u * (inverses[i] - meanInverse) - largest);
    }
    return StrictMath.log(total / sum) - largest;
  }

  private double expected(int i, double c, double u) {
    return times[i] * StrictMath.exp(c - u * (inverses[i] - meanInverse));
  }

  private double logLikelihood(double c, double u) {
    double sum = 0;
    for (int i = 0; i < times.length; i++) {
      double log = c - u * (inverses[i] - meanInverse);
      sum += events[i] * log - times[i] * StrictMath.exp(log);
    }
    return sum;
  }

  /** The 95 % point of χ², by Wilson and Hilferty: below 3 % low. */
  private static double highest(int degrees) {
    double part = 2.0 / (9 * degrees);
    double root = 1 - part + NORMAL * StrictMath.sqrt(part);
    return degrees * root * root * root;
  }

  /** ΔU. */
  public double barrier() {
    return slope;
  }

  /** Variance of ΔU's error. */
  public double barrierVariance() {
    return scale / spread;
  }

  /** Mean 1/T, each temperature by its escapes. */
  public double meanInverse() {
    return meanInverse;
  }

  /** log k at a temperature. */
  public double logRate(double temperature) {
    return center - slope * distance(temperature);
  }

  /** Variance of its error, to the second order of the likelihood. */
  public double logRateVariance(double temperature) {
    double d = distance(temperature);
    return scale * (1 / total + d * d / spread);
  }

  /**
   * The log k at a temperature that lies so many standard errors from the best, by the signed root
   * of the profile likelihood: an end of an interval, uneven where the counts are few.
   *
   * @param errors &gt; 0 for the upper end, &lt; 0 for the lower
   */
  public double logRateEnd(double temperature, double errors) {
    double d = distance(temperature);
    Checks.finite("errors", errors);
    double wanted = scale * errors * errors / 2;
    double unit = errors * StrictMath.sqrt(logRateVariance(temperature));
    double near = 0;
    double far = Double.POSITIVE_INFINITY;
    double at = 1;
    // The root of what lies below goes with the distance nearly in proportion.
    for (int i = 0; i < ROOTS; i++) {
      double root = StrictMath.sqrt(below(at * unit, d) / wanted);
      if (Math.abs(root - 1) < CLOSE) {
        near = at;
        break;
      }
      near = root < 1 ? at : near;
      far = root < 1 ? far : at;
      double next = root > 0 ? at / root : 2 * at;
      at = next > near && next < far ? next : far < 64 ? (near + far) / 2 : 2 * at;
    }
    return logRate(temperature) + near * unit;
  }

  /**
   * How far the profile likelihood lies below its largest where log k is another at a distance: the
   * least over ΔU of Σ mᵢ(e^δᵢ − 1 − δᵢ), mᵢ the escapes expected and δᵢ the shifts of log kᵢ,
   * which is the difference since Σ(nᵢ − mᵢ)δᵢ = 0. By Newton's method.
   */
  private double below(double shift, double d) {
    double u = -shift * d / spread / (1 / total + d * d / spread);
    double value = below(shift, u, d);
    for (int step = 0; step < STEPS; step++) {
      double gradient = 0;
      double curvature = 0;
      for (int i = 0; i < events.length; i++) {
        double off = inverses[i] - meanInverse - d;
        double expected = expected(i, center, slope);
        double shifted = shift - u * off;
        gradient -= off * expected * StrictMath.expm1(shifted);
        curvature += off * off * expected * StrictMath.exp(shifted);
      }
      double move = curvature > 0 ? -gradient / curvature : 0;
      double next = below(shift, u + move, d);
      for (int h = 0; h < HALVINGS && !(next <= value); h++) {
        move /= 2;
        next = below(shift, u + move, d);
      }
      if (!(value - next > TOLERANCE * value)) {
        return Math.min(value, next);
      }
      value = next;
      u += move;
    }
    return value;
  }

  private double below(double shift, double u, double d) {
    double sum = 0;
    for (int i = 0; i < events.length; i++) {
      double shifted = shift - u * (inverses[i] - meanInverse - d);
      sum += expected(i, center, slope) * (StrictMath.expm1(shifted) - shifted);
    }
    return sum;
  }

  private double distance(double temperature) {
    return 1 / Checks.positive("temperature", temperature) - meanInverse;
  }

  /**
   * The learning rate at which the mean escape takes {@code steps}, as {@link
   * Arrhenius#learningRateFor}.
   */
  public double learningRateFor(double temperaturePerRate, double steps) {
    return Arrhenius.learningRateFor(
        slope, -(center + slope * meanInverse), temperaturePerRate, steps);
  }
}
