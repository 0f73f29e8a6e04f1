package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.StudentT;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * λ_max between probes. Estimates ℓ(t) = log λ_max(t) at every step from readings at few of them:
 *
 * <pre>
 *   ℓ(t) = level(t) + slope·c(t) + fluctuation      c(t) = log tr Σ(t)
 * </pre>
 *
 * The fluctuation has variance s², new at each reading: λ_max at the parameters of a step follows
 * their noise within a few steps. The level is a random walk that moves by s² from reading to
 * reading, which keeps the gain at ½(√5 − 1) = 0.62 however far they are apart, but by 30 s² from
 * the first to the second: where a run begins, λ_max may double in a hundred steps. The slope walks
 * by 0.1 each time. The covariate is what makes a reading last: in classifiers tr Σ and H fall
 * together, and where H is constant whatever the noise does, the slope is soon known to be 0.
 *
 * <p>A Kalman filter of two states whose scale s² is learnt from the innovations, with the normal
 * and inverse gamma prior of a dynamic linear model: after n readings s² is known to n + 1 degrees
 * of freedom, 12 at most so that a restless past is forgotten, and intervals are Student's. Before
 * the second reading the prior speaks: s = 0.08 (2 degrees of freedom), in the middle of the 0.02
 * to 0.25 of networks on digits at η from 0.05 to 0.5. Slope: see {@code priorSlope}, ± 0.2.
 *
 * <p>Readings that are not positive and finite are refused. O(1) a reading. One owner thread.
 * Source: M. West, J. Harrison, Bayesian Forecasting and Dynamic Models, 2nd ed., Springer 1997,
 * section 4.5, doi:10.1007/b98971.
 */
final class SharpnessTrack {
  private static final double PRIOR_SCALE = 0.08 * 0.08;
  private static final double FIRST_WALK = 30;
  private static final double PRIOR_DEGREES = 2;
  private static final double MOST_DEGREES = 12;
  private static final double SLOPE_VARIANCE = 0.2 * 0.2;
  private static final double SLOPE_WALK = 0.1 * 0.1;

  private final double defaultInterval;
  private long readings;
  private long step;
  private double interval;
  private double covariate;
  private double level;
  private double slope;
  private double levelVariance;
  private double crossVariance;
  private double slopeVariance;
  private double scale = PRIOR_SCALE;
  private double degrees = PRIOR_DEGREES;

  /**
   * What is known of log λ_max at a step.
   *
   * @param mean of log λ_max
   * @param levelVariance of its error, the fluctuation of a single step aside
   * @param fluctuation s²
   * @param degrees of freedom of both
   */
  record Forecast(double mean, double levelVariance, double fluctuation, double degrees) {
    double error() {
      return Math.sqrt(levelVariance + fluctuation);
    }

    double factor() {
      return StudentT.quantile975(degrees);
    }
  }

  /**
   * @param priorSlope of log λ_max on log tr Σ: 0.3 is between the 0.4 of classifiers and the 0 of
   *     least squares
   * @param defaultInterval steps over which the level moves by s² before two readings tell how far
   *     they are apart
   */
  SharpnessTrack(double priorSlope, double defaultInterval) {
    this.slope = priorSlope;
    this.defaultInterval = defaultInterval;
  }

  /** How many readings were taken. */
  long readings() {
    return readings;
  }

  /** The step of the latest reading. */
  long step() {
    return step;
  }

  /**
   * Takes a reading of λ_max; false, and no change, when it is not positive and finite or not newer
   * than the last.
   *
   * @param logTrace c, NaN where it is unknown
   */
  boolean accept(long newStep, double value, double logTrace) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY) || (readings > 0 && newStep <= step)) {
      return false;
    }
    double y = StrictMath.log(value);
    if (readings == 0) {
      level = y;
      levelVariance = scale;
      slopeVariance = SLOPE_VARIANCE;
      interval = defaultInterval;
    } else {
      double change = change(logTrace);
      double mean = level + slope * change;
      double variance =
          levelVariance
              + 2 * change * crossVariance
              + change * change * slopeVariance
              + walk() * scale;
      double cross = crossVariance + change * slopeVariance;
      double own = slopeVariance + SLOPE_WALK;
      double total = variance + scale; // the fluctuation
      double innovation = y - mean;
      level = mean + variance / total * innovation;
      slope += cross / total * innovation;
      levelVariance = variance * scale / total;
      crossVariance = cross * scale / total;
      slopeVariance = own - cross * cross / total;
      rescale(innovation * innovation / total);
      interval = newStep - step;
    }
    readings++;
    step = newStep;
    covariate = logTrace;
    return true;
  }

  /** s² ← s²·(n − 1 + z²)/n; the level's variance is a multiple of it. */
  private void rescale(double squaredInnovation) {
    degrees = Math.min(degrees + 1, MOST_DEGREES);
    double ratio = (degrees - 1 + squaredInnovation) / degrees;
    scale *= ratio;
    levelVariance *= ratio;
    crossVariance *= Math.sqrt(ratio);
  }

  private double walk() {
    return readings == 1 ? FIRST_WALK : 1;
  }

  private double change(double logTrace) {
    double change = logTrace - covariate;
    return Double.isFinite(change) ? change : 0;
  }

  /** What is known at a step not before the latest reading; null before the first. */
  @Nullable Forecast at(long now, double logTrace) {
    if (readings == 0) {
      return null;
    }
    double change = change(logTrace);
    double age = Math.max(0, now - step) / interval;
    double variance =
        levelVariance
            + 2 * change * crossVariance
            + change * change * (slopeVariance + age * SLOPE_WALK)
            + age * walk() * scale;
    return new Forecast(level + slope * change, variance, scale, degrees);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(readings);
    out.writeLong(step);
    out.writeDouble(interval);
    out.writeDouble(covariate);
    out.writeDouble(level);
    out.writeDouble(slope);
    out.writeDouble(levelVariance);
    out.writeDouble(crossVariance);
    out.writeDouble(slopeVariance);
    out.writeDouble(scale);
    out.writeDouble(degrees);
  }

  void readFrom(DataInput in) throws IOException {
    readings = in.readLong();
    step = in.readLong();
    interval = in.readDouble();
    covariate = in.readDouble();
    level = in.readDouble();
    slope = in.readDouble();
    levelVariance = in.readDouble();
    crossVariance = in.readDouble();
    slopeVariance = in.readDouble();
    scale = in.readDouble();
    degrees = in.readDouble();
  }
}
