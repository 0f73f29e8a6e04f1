package io.thermograd.simulator.experiment;

import java.util.Arrays;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;

/**
 * Straight lines through measurements, by QR decomposition. Pure functions, O(n).
 *
 * <p>Coordinates that are not finite, fewer than two distinct x, and arrays of different length are
 * an {@link IllegalArgumentException}. A line through exactly two points of unknown error is drawn,
 * but its intervals are NaN.
 */
public final class Fits {
  private Fits() {}

  /**
   * Least squares y = intercept + slope·x for errors of one unknown size, which is taken from the
   * residuals; Student's intervals with n − 2 degrees of freedom.
   */
  public static Line line(double[] x, double[] y) {
    double[] weights = new double[x.length];
    Arrays.fill(weights, 1);
    OLSMultipleLinearRegression fit = fit(x, y, weights);
    int degreesOfFreedom = x.length - 2;
    double errorVariance = degreesOfFreedom > 0 ? fit.estimateErrorVariance() : Double.NaN;
    return Line.of(fit, errorVariance, degreesOfFreedom);
  }

  /**
   * Least squares with a known standard error of each y (for example 1/√n for the logarithm of the
   * mean of n exponential times); normal intervals that do not look at the residuals.
   *
   * @param standardErrors of y, &gt; 0
   */
  public static Line line(double[] x, double[] y, double[] standardErrors) {
    double[] weights = new double[standardErrors.length];
    for (int i = 0; i < weights.length; i++) {
      if (!(standardErrors[i] > 0 && Double.isFinite(standardErrors[i]))) {
        throw new IllegalArgumentException(
            "standard errors should be finite and positive: had " + standardErrors[i]);
      }
      weights[i] = 1 / standardErrors[i];
    }
    return Line.of(fit(x, y, weights), 1, Double.POSITIVE_INFINITY);
  }

  /**
   * A power law y = a·x^slope as a {@link #line(double[], double[])} of log y on log x, natural
   * logarithms.
   *
   * @param x &gt; 0
   * @param y &gt; 0
   */
  public static Line powerLaw(double[] x, double[] y) {
    return line(logs("x", x), logs("y", y));
  }

  private static double[] logs(String name, double[] values) {
    double[] logs = new double[values.length];
    for (int i = 0; i < logs.length; i++) {
      if (!(values[i] > 0)) {
        throw new IllegalArgumentException(name + " should be positive: had " + values[i]);
      }
      logs[i] = StrictMath.log(values[i]);
    }
    return logs;
  }

  private static OLSMultipleLinearRegression fit(double[] x, double[] y, double[] weights) {
    if (x.length != y.length || x.length != weights.length) {
      throw new IllegalArgumentException(
          "x, y and errors should be as many: were %d, %d and %d"
              .formatted(x.length, y.length, weights.length));
    }
    if (Arrays.stream(x).distinct().count() < 2) {
      throw new IllegalArgumentException(
          "x should have at least two distinct values: was " + Arrays.toString(x));
    }
    double[][] rows = new double[x.length][];
    double[] weighted = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      if (!Double.isFinite(x[i]) || !Double.isFinite(y[i])) {
        throw new IllegalArgumentException(
            "points should be finite: had (%s, %s)".formatted(x[i], y[i]));
      }
      rows[i] = new double[] {weights[i], weights[i] * x[i]};
      weighted[i] = weights[i] * y[i];
    }
    OLSMultipleLinearRegression fit = new OLSMultipleLinearRegression();
    fit.setNoIntercept(true); // the first column is the weighted intercept
    fit.newSampleData(weighted, rows);
    return fit;
  }

  /**
   * y = intercept + slope·x, with 95 % intervals.
   *
   * @param interceptVariance squared standard error of the intercept
   * @param slopeVariance squared standard error of the slope
   * @param covariance of the two
   * @param degreesOfFreedom of their estimate; infinite when the errors were known
   */
  public record Line(
      double interceptValue,
      double slopeValue,
      double interceptVariance,
      double slopeVariance,
      double covariance,
      double degreesOfFreedom) {

    private static Line of(
        OLSMultipleLinearRegression fit, double errorVariance, double degreesOfFreedom) {
      double[] beta = fit.estimateRegressionParameters();
      double[][] inverse = fit.estimateRegressionParametersVariance();
      return new Line(
          beta[0],
          beta[1],
          errorVariance * inverse[0][0],
          errorVariance * inverse[1][1],
          errorVariance * inverse[0][1],
          degreesOfFreedom);
    }

    public Measured slope() {
      return interval(slopeValue, slopeVariance);
    }

    public Measured intercept() {
      return interval(interceptValue, interceptVariance);
    }

    /** The line's height at x, with the interval of the line (not of further points). */
    public Measured at(double x) {
      double variance = interceptVariance + 2 * x * covariance + x * x * slopeVariance;
      return interval(interceptValue + slopeValue * x, Math.max(0, variance));
    }

    private Measured interval(double value, double variance) {
      double standardError = StrictMath.sqrt(variance);
      return degreesOfFreedom == Double.POSITIVE_INFINITY
          ? Measured.normal(value, standardError)
          : Measured.student(value, standardError, degreesOfFreedom);
    }
  }
}
