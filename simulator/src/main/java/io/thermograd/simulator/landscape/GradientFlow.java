package io.thermograd.simulator.landscape;

/**
 * dx/dt = −∇f(x), followed by the method of Bogacki and Shampine (orders 3 and 2, the last stage
 * first in the next step) with the local error kept below a fraction of the domain's diameter.
 *
 * <p>Source: P. Bogacki, L. Shampine, Appl. Math. Lett. 2 (1989), doi:10.1016/0893-9659(89)90079-7.
 */
final class GradientFlow {
  private static final int MAX_STEPS = 200_000;

  private final Geometry geometry;
  private final double tolerance;

  GradientFlow(Geometry geometry, double relativeTolerance) {
    this.geometry = geometry;
    this.tolerance = relativeTolerance * geometry.diameter();
  }

  /** Decides at every point of a path whether to end there. */
  interface Stop {
    boolean at(double[] x);
  }

  /**
   * Moves {@code x} down the flow until {@code stop} says so, or the flow is still, or f is not
   * finite. Returns whether it was {@code stop}.
   */
  boolean follow(double[] x, Stop stop) {
    int d = x.length;
    double[] k1 = new double[d];
    double[] k2 = new double[d];
    double[] k3 = new double[d];
    double[] k4 = new double[d];
    double[] y = new double[d];
    geometry.gradient(x, k1);
    double h = 0.1 * tolerance / Math.max(Vectors.norm(k1), 1e-300);
    for (int step = 0; step < MAX_STEPS; step++) {
      if (stop.at(x)) {
        return true;
      }
      double speed = Vectors.norm(k1);
      // Also where the speed is NaN or infinite.
      if (!(speed > 0 && speed < Double.POSITIVE_INFINITY) || speed * h < 1e-18 * tolerance) {
        return false;
      }
      stage(x, -0.5 * h, k1, y);
      geometry.gradient(y, k2);
      stage(x, -0.75 * h, k2, y);
      geometry.gradient(y, k3);
      for (int i = 0; i < d; i++) {
        y[i] = x[i] - h * (2.0 / 9 * k1[i] + 1.0 / 3 * k2[i] + 4.0 / 9 * k3[i]);
      }
      geometry.retract(y);
      geometry.gradient(y, k4);
      double square = 0;
      for (int i = 0; i < d; i++) {
        double e = h * (-5.0 / 72 * k1[i] + 1.0 / 12 * k2[i] + 1.0 / 9 * k3[i] - 0.125 * k4[i]);
        square += e * e;
      }
      double error = Math.sqrt(square);
      boolean accepted = error <= tolerance;
      if (accepted) {
        System.arraycopy(y, 0, x, 0, d);
        System.arraycopy(k4, 0, k1, 0, d);
      }
      double factor = 0.9 * StrictMath.cbrt(tolerance / Math.max(error, 1e-300));
      h *= Double.isNaN(factor) ? 0.1 : Math.max(0.1, Math.min(4, factor));
    }
    return false;
  }

  private static void stage(double[] x, double a, double[] k, double[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] + a * k[i];
    }
  }
}
