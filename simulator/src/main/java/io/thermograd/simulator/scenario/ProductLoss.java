package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.Landscape;

/**
 * f(u, v) = ½(u·v/√n − y)², a linear network of width n with one input, one output and one example.
 * Small as it is, it has what large networks have: a plateau at the saddle u = v = 0, minima of
 * every sharpness, and the catapult. On the minima λ_max = (‖u‖² + ‖v‖²)/n.
 *
 * <p>Source: A. Lewkowycz et al., arXiv:2003.02218.
 *
 * @param width n
 * @param target y
 */
record ProductLoss(int width, double target) implements Landscape {

  @Override
  public String name() {
    return "product";
  }

  @Override
  public int dim() {
    return 2 * width;
  }

  @Override
  public double value(double[] x) {
    double r = residual(x);
    return 0.5 * r * r;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    double scale = residual(x) / Math.sqrt(width);
    for (int i = 0; i < width; i++) {
      gradient[i] = scale * x[width + i];
      gradient[width + i] = scale * x[i];
    }
  }

  /** J Jᵀ + r ∇²(u·v/√n), with J = (v, u)/√n. */
  @Override
  public void hessian(double[] x, double[][] hessian) {
    double cross = residual(x) / Math.sqrt(width);
    int d = dim();
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        double product = x[(i + width) % d] * x[(j + width) % d] / width;
        hessian[i][j] = product + ((i + width) % d == j ? cross : 0);
      }
    }
  }

  private double residual(double[] x) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += x[i] * x[width + i];
    }
    return sum / Math.sqrt(width) - target;
  }
}
