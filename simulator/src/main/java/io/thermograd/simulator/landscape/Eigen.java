package io.thermograd.simulator.landscape;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Eigenvalues of a symmetric matrix in ascending order, and their orthonormal vectors (row k
 * belongs to value k).
 */
@SuppressWarnings("ArrayRecordComponent") // handed from one method to the next, never compared
record Eigen(double[] values, double[][] vectors) {

  /** A matrix with entries that are not finite has NaN for all eigenvalues. */
  static Eigen of(double[][] symmetric) {
    int d = symmetric.length;
    double[] values = new double[d];
    double[][] vectors = new double[d][d];
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
    if (!finite(symmetric) || !eigen.decompose(new DMatrixRMaj(symmetric))) {
      Arrays.fill(values, Double.NaN);
      return new Eigen(values, vectors);
    }
    Integer[] order = new Integer[d];
    Arrays.setAll(order, k -> k);
    Arrays.sort(
        order, (a, b) -> Double.compare(eigen.getEigenvalue(a).real, eigen.getEigenvalue(b).real));
    for (int k = 0; k < d; k++) {
      values[k] = eigen.getEigenvalue(order[k]).real;
      vectors[k] = eigen.getEigenVector(order[k]).getData().clone();
    }
    return new Eigen(values, vectors);
  }

  private static boolean finite(double[][] matrix) {
    for (double[] row : matrix) {
      for (double entry : row) {
        if (!Double.isFinite(entry)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The largest modulus of an eigenvalue. */
  double norm() {
    return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
  }

  /** Σ_k λ_k/(λ_k² + μ) v_k v_kᵀg: the damped inverse of the matrix, applied to g. */
  double[] dampedInverse(double[] g, double mu) {
    double[] result = new double[g.length];
    for (int k = 0; k < values.length; k++) {
      double denominator = values[k] * values[k] + mu;
      if (denominator > 0) {
        Vectors.axpy(values[k] / denominator * Vectors.dot(vectors[k], g), vectors[k], result);
      }
    }
    return result;
  }
}
