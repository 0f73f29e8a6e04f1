package io.thermograd.simulator.landscape;

/**
 * f(x) = (q/4)‖x‖⁴: a wall that is flat in the middle.
 *
 * @param stiffness q > 0
 */
public record QuarticBowl(int dim, double stiffness) implements Landscape {
  public QuarticBowl {
    if (dim < 1) {
      throw new IllegalArgumentException("dim should be at least 1: was " + dim);
    }
    Checks.positive("stiffness", stiffness);
  }

  @Override
  public String name() {
    return "quartic-bowl";
  }

  @Override
  public double value(double[] x) {
    double square = Vectors.dot(x, x);
    return 0.25 * stiffness * square * square;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    double factor = stiffness * Vectors.dot(x, x);
    for (int i = 0; i < dim; i++) {
      gradient[i] = factor * x[i];
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    double square = Vectors.dot(x, x);
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        hessian[i][j] = 2 * stiffness * (x[i] * x[j]);
      }
      hessian[i][i] += stiffness * square;
    }
  }
}
