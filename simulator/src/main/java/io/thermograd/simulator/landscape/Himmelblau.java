package io.thermograd.simulator.landscape;

/**
 * f(x, y) = (x² + y − 11)² + (x + y² − 7)²: four minima of value 0 with unequal curvatures, four
 * saddles of unequal height and one maximum.
 *
 * <p>Source: D. Himmelblau, Applied Nonlinear Programming, McGraw-Hill 1972.
 */
public record Himmelblau() implements Landscape {
  @Override
  public String name() {
    return "himmelblau";
  }

  @Override
  public int dim() {
    return 2;
  }

  @Override
  public double value(double[] x) {
    return value(x[0], x[1]);
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    gradient[0] = dx(x[0], x[1]);
    gradient[1] = dy(x[0], x[1]);
  }

  @Override
  public void hessian(double[] p, double[][] hessian) {
    double x = p[0];
    double y = p[1];
    hessian[0][0] = 12 * x * x + 4 * y - 42;
    hessian[0][1] = 4 * (x + y);
    hessian[1][0] = 4 * (x + y);
    hessian[1][1] = 12 * y * y + 4 * x - 26;
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    for (int r = 0; r < replicas; r++) {
      values[r] = value(x[r], x[replicas + r]);
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    for (int r = 0; r < replicas; r++) {
      gradients[r] = dx(x[r], x[replicas + r]);
    }
    for (int r = 0; r < replicas; r++) {
      gradients[replicas + r] = dy(x[r], x[replicas + r]);
    }
  }

  private static double value(double x, double y) {
    double u = x * x + y - 11;
    double v = x + y * y - 7;
    return u * u + v * v;
  }

  private static double dx(double x, double y) {
    return 4 * x * (x * x + y - 11) + 2 * (x + y * y - 7);
  }

  private static double dy(double x, double y) {
    return 2 * (x * x + y - 11) + 4 * y * (x + y * y - 7);
  }
}
