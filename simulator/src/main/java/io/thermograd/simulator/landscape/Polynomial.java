package io.thermograd.simulator.landscape;

import java.util.Arrays;

/** f(x) = Σ_k c_k x^k on a line, by Horner's rule. */
public final class Polynomial implements Landscape {
  private final String name;
  private final double[] value;
  private final double[] slope;
  private final double[] curvature;

  /**
   * @param coefficients c_0, c_1, …
   */
  public Polynomial(String name, double... coefficients) {
    this.name = name;
    this.value = Checks.vector("coefficients", coefficients);
    this.slope = derivative(value);
    this.curvature = derivative(slope);
  }

  /**
   * (x² − 1)² + a·x. For 0 &lt; a &lt; 8/(3√3) ≈ 1.54 two wells, the deeper one near −1; beyond
   * that one.
   */
  public static Polynomial tiltedDoubleWell(double a) {
    return new Polynomial("tilted-double-well", 1, a, -2, 0, 1);
  }

  /** x²(x − 2)², which is (u² − 1)² at u = x − 1: minima at 0 and 2, barrier 1. */
  public static Polynomial shiftedDoubleWell() {
    return new Polynomial("shifted-double-well", 0, 0, 4, -4, 1);
  }

  private static double[] derivative(double[] c) {
    if (c.length == 1) {
      return new double[1];
    }
    double[] derivative = new double[c.length - 1];
    for (int k = 1; k < c.length; k++) {
      derivative[k - 1] = k * c[k];
    }
    return derivative;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dim() {
    return 1;
  }

  @Override
  public double value(double[] x) {
    return horner(value, x[0]);
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    gradient[0] = horner(slope, x[0]);
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    hessian[0][0] = horner(curvature, x[0]);
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    horner(value, x, replicas, values);
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    horner(slope, x, replicas, gradients);
  }

  private static double horner(double[] c, double x) {
    double sum = c[c.length - 1];
    for (int k = c.length - 2; k >= 0; k--) {
      sum = sum * x + c[k];
    }
    return sum;
  }

  /** Coefficient by coefficient, so that the inner loop runs over the replicas. */
  private static void horner(double[] c, double[] x, int replicas, double[] result) {
    Arrays.fill(result, 0, replicas, c[c.length - 1]);
    for (int k = c.length - 2; k >= 0; k--) {
      double ck = c[k];
      for (int r = 0; r < replicas; r++) {
        result[r] = result[r] * x[r] + ck;
      }
    }
  }
}
