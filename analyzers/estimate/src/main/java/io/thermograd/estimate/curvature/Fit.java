package io.thermograd.estimate.curvature;

/**
 * What {@link Regression} says of H on p directions.
 *
 * @param value λ_max on average over the bins, bias taken off
 * @param variance of its error
 * @param trend how it moves
 * @param top its direction in V, p elements
 * @param weights w = A⁻¹·top over the frame: the instrument of that direction alone
 * @param agreement smallest share of λ_max that all say of the directions found without a group:
 *     which of two equally sharp ones is found does not matter
 * @param hessian p rows of p
 * @param standardErrors of its elements
 */
record Fit(
    double value,
    double variance,
    Trend trend,
    double[] top,
    double[] weights,
    double agreement,
    double[][] hessian,
    double[][] standardErrors) {

  /** How far the slope of log λ_max on log tr Σ may be off. */
  private static final double SLOPE_ERROR = 0.1;

  /**
   * What is left of a drift of tr Σ by a factor e after all that: from networks on digits, whose
   * errors are up to twice what regression alone accounts for.
   */
  private static final double SHAPE_ERROR = 0.25;

  /** Share by which λ_max may drift over the bins without tr Σ doing so. */
  private static final double LEAST_DRIFT = 0.05;

  /**
   * Variance of the drift beyond what tr Σ tells, before it is looked for: the slope's error, and
   * what the bins show beyond their noise.
   */
  private double drift() {
    double expected = value * Math.max(LEAST_DRIFT, SLOPE_ERROR * Math.abs(trend.distance()));
    double seen = trend.change() * trend.change() - trend.changeVariance();
    return Math.max(expected * expected, seen);
  }

  /** What of λ_max the curvature along a direction of the frame is; 0 for none in it. */
  double share(double[] inFrame) {
    double square = 0;
    double[] u = new double[top.length];
    for (int i = 0; i < u.length; i++) {
      u[i] = inFrame[i];
      square += u[i] * u[i];
    }
    return square > 0 ? form(hessian, u, u.length) / form(hessian, top, u.length) : 0;
  }

  /** λ_max at the end of the bins. */
  double latest() {
    double drift = drift();
    return value + drift / (drift + trend.changeVariance()) * trend.change();
  }

  /** Its standard error, of which what is not known of the drift is a part. */
  double latestError() {
    double drift = drift();
    double shape = SHAPE_ERROR * trend.distance() * value;
    return Math.sqrt(
        variance
            + drift * trend.changeVariance() / (drift + trend.changeVariance())
            + shape * shape);
  }

  /** uᵀHu over the first p. */
  static double form(double[][] h, double[] u, int p) {
    double sum = 0;
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < p; j++) {
        sum += u[i] * h[i][j] * u[j];
      }
    }
    return sum;
  }
}
