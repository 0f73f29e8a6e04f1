package io.thermograd.simulator.landscape;

/**
 * A smooth function f: R^d → R to descend, with exact derivatives. Immutable and thread-safe.
 *
 * <p>Many points are handed over at once in one flat array, coordinate by coordinate: coordinate i
 * of replica r is {@code x[i·replicas + r]}. That order lets the compiler vectorise over replicas.
 * Points where f overflows give infinities or NaN, never an exception.
 */
public interface Landscape {

  /** Lower case with hyphens, for example {@code double-well}. */
  String name();

  /** d. */
  int dim();

  /** f(x). */
  double value(double[] x);

  /** Writes ∇f(x), d values. */
  void gradient(double[] x, double[] gradient);

  /** Writes ∇²f(x), d × d, symmetric. */
  void hessian(double[] x, double[][] hessian);

  /** Writes f of every replica. Implementations may override it with a loop that vectorises. */
  default void values(double[] x, int replicas, double[] values) {
    double[] point = new double[dim()];
    for (int r = 0; r < replicas; r++) {
      gather(x, replicas, r, point);
      values[r] = value(point);
    }
  }

  /** Writes ∇f of every replica, laid out like {@code x}. Override where it is hot. */
  default void gradients(double[] x, int replicas, double[] gradients) {
    double[] point = new double[dim()];
    double[] gradient = new double[dim()];
    for (int r = 0; r < replicas; r++) {
      gather(x, replicas, r, point);
      gradient(point, gradient);
      for (int i = 0; i < gradient.length; i++) {
        gradients[i * replicas + r] = gradient[i];
      }
    }
  }

  private static void gather(double[] x, int replicas, int r, double[] point) {
    for (int i = 0; i < point.length; i++) {
      point[i] = x[i * replicas + r];
    }
  }
}
