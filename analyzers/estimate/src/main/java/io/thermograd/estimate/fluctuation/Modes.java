package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.curvature.SubspaceHessian;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.util.ArrayList;
import java.util.List;

/** Eigenvectors of the Hessian in the leading directions of the noise. */
final class Modes {
  /** Share of an eigenvector's square that lies in the directions held here. */
  private static final double LEAST_INSIDE = 0.8;

  private Modes() {}

  /**
   * One of them.
   *
   * @param curvature κ
   * @param error its standard error
   * @param direction u, unit, in the coordinates of the basis
   */
  record Mode(double curvature, double error, double[] direction) {}

  /**
   * Those that lie in the span of a basis, the largest κ first. O(r²k).
   *
   * @param basis unit rows of k
   */
  static List<Mode> of(SubspaceHessian hessian, float[][] basis) {
    int r = hessian.hessian().length;
    double[] lower = new double[r * r];
    for (int i = 0; i < r; i++) {
      System.arraycopy(hessian.hessian()[i], 0, lower, i * r, r);
    }
    SymmetricEigen eigen = new SymmetricEigen(r, SpectrumKernel.best());
    List<Mode> modes = new ArrayList<>();
    if (!eigen.decompose(lower, r, r)) {
      return modes;
    }
    SketchMath math = new SketchMath();
    double[][] overlap = new double[basis.length][r];
    for (int i = 0; i < basis.length; i++) {
      for (int j = 0; j < r; j++) {
        overlap[i][j] = math.dot(basis[i], hessian.basis()[j]);
      }
    }
    for (int m = 0; m < r; m++) {
      double[] u = new double[basis.length];
      double square = 0;
      for (int i = 0; i < basis.length; i++) {
        for (int j = 0; j < r; j++) {
          u[i] += overlap[i][j] * eigen.vector(m, j);
        }
        square += u[i] * u[i];
      }
      if (square >= LEAST_INSIDE) {
        for (int i = 0; i < u.length; i++) {
          u[i] /= Math.sqrt(square);
        }
        modes.add(new Mode(eigen.value(m), error(eigen, m, hessian.standardErrors()), u));
      }
    }
    return modes;
  }

  /** Of qᵀHq, the elements' errors taken as independent but H_ab = H_ba. */
  private static double error(SymmetricEigen eigen, int m, double[][] errors) {
    double sum = 0;
    for (int a = 0; a < errors.length; a++) {
      for (int b = 0; b <= a; b++) {
        double weight = (a == b ? 1 : 2) * eigen.vector(m, a) * eigen.vector(m, b) * errors[a][b];
        sum += weight * weight;
      }
    }
    return Math.sqrt(sum);
  }
}
