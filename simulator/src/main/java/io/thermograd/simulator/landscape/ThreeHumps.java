package io.thermograd.simulator.landscape;

/**
 * f(x, y) = 2x⁶/13 + x⁵/8 − 91x⁴/64 − 24x³/48 + 42x²/16 + 5y²/4 + xy: three minima in a row, near x
 * = −2.533 (the lowest), 0 (the highest, value 0) and 2.078.
 */
public record ThreeHumps() implements Landscape {
  @Override
  public String name() {
    return "three-humps";
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
    hessian[0][0] = (((60.0 / 13 * x + 2.5) * x - 273.0 / 16) * x - 3) * x + 5.25;
    hessian[0][1] = 1;
    hessian[1][0] = 1;
    hessian[1][1] = 2.5;
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
    return ((((2.0 / 13 * x + 0.125) * x - 91.0 / 64) * x - 0.5) * x + 2.625) * x * x
        + (1.25 * y + x) * y;
  }

  private static double dx(double x, double y) {
    return ((((12.0 / 13 * x + 0.625) * x - 91.0 / 16) * x - 1.5) * x + 5.25) * x + y;
  }

  private static double dy(double x, double y) {
    return 2.5 * y + x;
  }
}
