package io.thermograd.detect.basin;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Two laws of how long a run stays in each of its basins, fitted by generalised least squares:
 *
 * <pre>  log π_i + ½ log det H_i = c − s·f(L_i) + error,   f(L) = L or log L</pre>
 *
 * <p>Noise that is the same everywhere gives Gibbs' law, p ∝ e^{−L/T}, and s = 1/T; noise whose
 * covariance is proportional to the loss gives p ∝ L^{−α}, and s = α − d/2, d the parameters. Both
 * integrals over a quadratic well are Gaussian or beta integrals with the same √det H. The error is
 * that of the passages, of the curvatures and of the floors (times s·f′), and {@value #HARMONIC}
 * for what of a well is not quadratic.
 *
 * <p>Both laws have two parameters, so that their likelihoods compare as they are. With D the
 * distance of their best fits in units of the error, the log-likelihood ratio has the standard
 * deviation D, whichever is true; it decides when 0 is not within 1.96 of it. If one law is true
 * the other is decided for with a probability below 2.5 %. Stateless.
 */
final class OccupationLaw {
  /** Standard error of log π_i from what in a well is not quadratic. */
  private static final double HARMONIC = 0.1;

  private static final double RANK = 1e-12;
  private static final int ROUNDS = 4;

  private OccupationLaw() {}

  /**
   * A law and how it fits.
   *
   * @param slope s
   * @param error standard error of s
   * @param misfit χ² of as many degrees of freedom as there are basins beyond two
   */
  record Fit(double slope, double error, double misfit) {}

  /**
   * What the occupation says.
   *
   * @param ratio log-likelihood of Gibbs' law less that of the power law
   * @param deviation its standard deviation; 0 where the laws make no difference
   */
  record Comparison(Fit gibbs, Fit power, double ratio, double deviation) {
    /** χ² of the better of the two. */
    double misfit() {
      return Math.min(gibbs.misfit(), power.misfit());
    }
  }

  /**
   * Gibbs' law alone, also for losses that are not positive; null where nothing can be fitted.
   *
   * @param law log π_i
   * @param covariance of its errors
   */
  static @Nullable Fit gibbs(double[] law, double[][] covariance, Shape[] shapes) {
    Line line = Line.fit(law, covariance, shapes, l -> l, l -> 1);
    return line == null ? null : line.fit;
  }

  /** The two laws side by side; null where nothing can be fitted. Floors have to be positive. */
  static @Nullable Comparison compare(double[] law, double[][] covariance, Shape[] shapes) {
    Line gibbs = Line.fit(law, covariance, shapes, l -> l, l -> 1);
    Line power = Line.fit(law, covariance, shapes, StrictMath::log, l -> 1 / l);
    if (gibbs == null || power == null) {
      return null;
    }
    double square = 0.5 * (gibbs.distance(power) + power.distance(gibbs));
    return new Comparison(
        gibbs.fit, power.fit, gibbs.logLikelihood - power.logLikelihood, Math.sqrt(square));
  }

  /** A fitted straight line with the error that it was weighted by. */
  private static final class Line {
    private final Fit fit;
    private final double logLikelihood;
    private final double[] mean;
    private final double[] factor;

    private Line(Fit fit, double logLikelihood, double[] mean, double[] factor) {
      this.fit = fit;
      this.logLikelihood = logLikelihood;
      this.mean = mean;
      this.factor = factor;
    }

    /** Squared distance of another's mean from this one's, in units of the error. */
    double distance(Line other) {
      double[] off = new double[mean.length];
      for (int i = 0; i < off.length; i++) {
        off[i] = mean[i] - other.mean[i];
      }
      Cholesky.forward(factor, off);
      return dot(off, off);
    }

    static @Nullable Line fit(
        double[] law,
        double[][] covariance,
        Shape[] shapes,
        DoubleUnaryOperator f,
        DoubleUnaryOperator slopeOfF) {
      int k = law.length;
      Line line = null;
      double slope = 0;
      for (int round = 0; round < ROUNDS; round++) {
        double[] factor = new double[k * k];
        double[] y = new double[k];
        double[] x = new double[k];
        for (int i = 0; i < k; i++) {
          Shape shape = shapes[i];
          y[i] = law[i] + 0.5 * shape.logCurvature();
          x[i] = f.applyAsDouble(shape.floor());
          for (int j = 0; j <= i; j++) {
            factor[i * k + j] = covariance[i][j];
          }
          double curvature = 0.5 * shape.curvatureError();
          double floor = slope * slopeOfF.applyAsDouble(shape.floor()) * shape.floorError();
          factor[i * k + i] += HARMONIC * HARMONIC + curvature * curvature + floor * floor;
        }
        double logDet = Cholesky.factor(factor, k, RANK);
        line = weighted(x, y, factor, logDet);
        if (line == null) {
          return null;
        }
        slope = line.fit.slope();
      }
      return line;
    }

    private static @Nullable Line weighted(double[] x, double[] y, double[] factor, double logDet) {
      int k = x.length;
      double[] one = new double[k];
      Arrays.fill(one, 1);
      double[] wx = x.clone();
      double[] wy = y.clone();
      if (Double.isNaN(logDet)) {
        return null;
      }
      Cholesky.forward(factor, one);
      Cholesky.forward(factor, wx);
      Cholesky.forward(factor, wy);
      double ones = dot(one, one);
      double middle = dot(one, wx) / ones;
      double level = dot(one, wy) / ones;
      for (int i = 0; i < k; i++) {
        wx[i] -= middle * one[i];
        wy[i] -= level * one[i];
      }
      double spread = dot(wx, wx);
      if (!(spread > 0)) {
        return null;
      }
      double slope = -dot(wx, wy) / spread;
      double misfit = 0;
      double[] mean = new double[k];
      for (int i = 0; i < k; i++) {
        double off = wy[i] + slope * wx[i];
        misfit += off * off;
        mean[i] = level - slope * (x[i] - middle);
      }
      return new Line(
          new Fit(slope, 1 / Math.sqrt(spread), misfit), -0.5 * (misfit + logDet), mean, factor);
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }
}
