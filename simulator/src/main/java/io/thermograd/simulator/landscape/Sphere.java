package io.thermograd.simulator.landscape;

/**
 * What the unit sphere S^(d−1) makes of a landscape of the surrounding space: the projections to
 * its tangent spaces. x is expected to have norm 1.
 */
public final class Sphere {
  private Sphere() {}

  /** Divides by ‖x‖. The origin becomes NaN. */
  public static void normalise(double[] x) {
    Vectors.scale(1 / Vectors.norm(x), x);
  }

  /** v ← (I − xxᵀ)v: applied to ∇f it gives the gradient on the sphere. */
  public static void toTangent(double[] x, double[] v) {
    Vectors.axpy(-Vectors.dot(x, v), x, v);
  }

  /**
   * Writes the Hessian on the sphere, P(∇²f − (x·∇f)I)P with P = I − xxᵀ. Its eigenvector x has the
   * eigenvalue 0; the other d − 1 belong to the sphere.
   */
  public static void hessian(Landscape f, double[] x, double[][] hessian) {
    int d = x.length;
    double[] gradient = new double[d];
    f.gradient(x, gradient);
    double radial = Vectors.dot(x, gradient);
    f.hessian(x, hessian);
    for (int i = 0; i < d; i++) {
      hessian[i][i] -= radial;
    }
    for (double[] row : hessian) {
      toTangent(x, row);
    }
    double[] column = new double[d];
    for (int j = 0; j < d; j++) {
      for (int i = 0; i < d; i++) {
        column[i] = hessian[i][j];
      }
      toTangent(x, column);
      for (int i = 0; i < d; i++) {
        hessian[i][j] = column[i];
      }
    }
  }
}
