package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * f(x, y) = Σ_k A_k exp(a_k(x − x_k)² + b_k(x − x_k)(y − y_k) + c_k(y − y_k)²): three minima whose
 * connecting path bends twice; the usual test of methods that look for saddles.
 *
 * <p>Source: K. Müller, L. Brown, Theoret. Chim. Acta 53 (1979), doi:10.1007/BF00547608.
 */
public record MullerBrown() implements Landscape {
  private static final double[] AMPLITUDE = {-200, -100, -170, 15};
  private static final double[] A = {-1, -1, -6.5, 0.7};
  private static final double[] B = {0, 0, 11, 0.6};
  private static final double[] C = {-10, -10, -6.5, 0.7};
  private static final double[] X = {1, 0, -0.5, -1};
  private static final double[] Y = {0, 0.5, 1.5, 1};

  @Override
  public String name() {
    return "muller-brown";
  }

  @Override
  public int dim() {
    return 2;
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      sum += term(k, x[0] - X[k], x[1] - Y[k]);
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    gradient[0] = 0;
    gradient[1] = 0;
    for (int k = 0; k < 4; k++) {
      double u = x[0] - X[k];
      double v = x[1] - Y[k];
      double e = term(k, u, v);
      gradient[0] += e * (2 * A[k] * u + B[k] * v);
      gradient[1] += e * (B[k] * u + 2 * C[k] * v);
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    Arrays.fill(hessian[0], 0);
    Arrays.fill(hessian[1], 0);
    for (int k = 0; k < 4; k++) {
      double u = x[0] - X[k];
      double v = x[1] - Y[k];
      double e = term(k, u, v);
      double p = 2 * A[k] * u + B[k] * v;
      double q = B[k] * u + 2 * C[k] * v;
      hessian[0][0] += e * (p * p + 2 * A[k]);
      hessian[0][1] += e * (p * q + B[k]);
      hessian[1][1] += e * (q * q + 2 * C[k]);
    }
    hessian[1][0] = hessian[0][1];
  }

  private static double term(int k, double u, double v) {
    return AMPLITUDE[k] * StrictMath.exp(A[k] * u * u + B[k] * u * v + C[k] * v * v);
  }
}
