package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * f(x) = b Σ_i (x_i² − 1)²: 2^d equal wells at the corners of a cube, joined along its edges by
 * equal saddles of value b.
 *
 * @param barrier b > 0
 */
public record Corners(int dim, double barrier) implements Landscape {
  public Corners {
    if (dim < 1) {
      throw new IllegalArgumentException("dim should be at least 1: was " + dim);
    }
    Checks.positive("barrier", barrier);
  }

  @Override
  public String name() {
    return "corners";
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      double u = x[i] * x[i] - 1;
      sum += barrier * u * u;
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    for (int i = 0; i < dim; i++) {
      gradient[i] = 4 * barrier * x[i] * (x[i] * x[i] - 1);
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int i = 0; i < dim; i++) {
      Arrays.fill(hessian[i], 0);
      hessian[i][i] = 4 * barrier * (3 * x[i] * x[i] - 1);
    }
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    Arrays.fill(values, 0, replicas, 0);
    double b = barrier;
    for (int i = 0; i < dim; i++) {
      int from = i * replicas;
      for (int r = 0; r < replicas; r++) {
        double u = x[from + r] * x[from + r] - 1;
        values[r] += b * u * u;
      }
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    double b = 4 * barrier;
    int length = dim * replicas;
    for (int r = 0; r < length; r++) {
      gradients[r] = b * x[r] * (x[r] * x[r] - 1);
    }
  }
}
