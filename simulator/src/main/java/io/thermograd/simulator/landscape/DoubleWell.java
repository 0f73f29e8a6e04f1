package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * f(x) = b(x₁² − 1)² + ½ Σ_{i≥2} k_i x_i²: minima of value 0 at x₁ = ±1, a barrier of height b
 * between them at 0, and harmonic side coordinates.
 */
public final class DoubleWell implements Landscape {
  private final double barrier;
  private final double[] stiffness;

  /**
   * @param barrier b > 0
   * @param stiffness k_2 … k_d, positive; none for the double well on a line
   */
  public DoubleWell(double barrier, double... stiffness) {
    this.barrier = Checks.positive("barrier", barrier);
    this.stiffness =
        stiffness.length == 0 ? new double[0] : Checks.positives("stiffness", stiffness);
  }

  /** (x² − 1)². */
  public static DoubleWell line() {
    return new DoubleWell(1);
  }

  /** (x² − 1)² + y². */
  public static DoubleWell plane() {
    return new DoubleWell(1, 2);
  }

  /** {@code double-well}, with {@code -2d} and so on behind it when there are side coordinates. */
  @Override
  public String name() {
    return dim() == 1 ? "double-well" : "double-well-" + dim() + "d";
  }

  @Override
  public int dim() {
    return 1 + stiffness.length;
  }

  @Override
  public double value(double[] x) {
    double u = x[0] * x[0] - 1;
    double sum = barrier * u * u;
    for (int i = 1; i < dim(); i++) {
      sum += 0.5 * stiffness[i - 1] * x[i] * x[i];
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    gradient[0] = 4 * barrier * x[0] * (x[0] * x[0] - 1);
    for (int i = 1; i < dim(); i++) {
      gradient[i] = stiffness[i - 1] * x[i];
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int i = 0; i < dim(); i++) {
      Arrays.fill(hessian[i], 0);
      hessian[i][i] = i == 0 ? 4 * barrier * (3 * x[0] * x[0] - 1) : stiffness[i - 1];
    }
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    double b = barrier;
    for (int r = 0; r < replicas; r++) {
      double u = x[r] * x[r] - 1;
      values[r] = b * u * u;
    }
    for (int i = 1; i < dim(); i++) {
      int from = i * replicas;
      double half = 0.5 * stiffness[i - 1];
      for (int r = 0; r < replicas; r++) {
        values[r] += half * x[from + r] * x[from + r];
      }
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    double b = 4 * barrier;
    for (int r = 0; r < replicas; r++) {
      gradients[r] = b * x[r] * (x[r] * x[r] - 1);
    }
    for (int i = 1; i < dim(); i++) {
      int from = i * replicas;
      double k = stiffness[i - 1];
      for (int r = 0; r < replicas; r++) {
        gradients[from + r] = k * x[from + r];
      }
    }
  }
}
