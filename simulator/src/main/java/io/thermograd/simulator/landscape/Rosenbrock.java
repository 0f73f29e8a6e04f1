package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * f(x) = Σ_{i&lt;d} 100(x_{i+1} − x_i²)² + (1 − x_i)²: a curved valley, with its only global
 * minimum 0 at (1, …, 1). From four dimensions on there is a second, local minimum near (−1, 1, …,
 * 1).
 *
 * <p>Source: H. Rosenbrock, Computer Journal 3 (1960), doi:10.1093/comjnl/3.3.175.
 */
public record Rosenbrock(int dim) implements Landscape {
  public Rosenbrock {
    if (dim < 2) {
      throw new IllegalArgumentException("dim should be at least 2: was " + dim);
    }
  }

  @Override
  public String name() {
    return "rosenbrock";
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int i = 0; i + 1 < dim; i++) {
      double u = x[i + 1] - x[i] * x[i];
      double v = 1 - x[i];
      sum += 100 * u * u + v * v;
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    Arrays.fill(gradient, 0);
    for (int i = 0; i + 1 < dim; i++) {
      double u = x[i + 1] - x[i] * x[i];
      gradient[i] += 2 * (x[i] - 1) - 400 * x[i] * u;
      gradient[i + 1] = 200 * u;
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (double[] row : hessian) {
      Arrays.fill(row, 0);
    }
    for (int i = 0; i + 1 < dim; i++) {
      hessian[i][i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
      hessian[i][i + 1] = -400 * x[i];
      hessian[i + 1][i] = -400 * x[i];
      hessian[i + 1][i + 1] = 200;
    }
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    Arrays.fill(values, 0, replicas, 0);
    for (int i = 0; i + 1 < dim; i++) {
      int at = i * replicas;
      int next = at + replicas;
      for (int r = 0; r < replicas; r++) {
        double u = x[next + r] - x[at + r] * x[at + r];
        double v = 1 - x[at + r];
        values[r] += 100 * u * u + v * v;
      }
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    Arrays.fill(gradients, 0, dim * replicas, 0);
    for (int i = 0; i + 1 < dim; i++) {
      int at = i * replicas;
      int next = at + replicas;
      for (int r = 0; r < replicas; r++) {
        double u = x[next + r] - x[at + r] * x[at + r];
        gradients[at + r] += 2 * (x[at + r] - 1) - 400 * x[at + r] * u;
        gradients[next + r] = 200 * u;
      }
    }
  }
}
