package io.thermograd.theory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * A symmetric matrix A = V diag(values) Vᵀ. Cost O(P³), error about 10⁻¹⁵ of the largest
 * eigenvalue. Immutable by convention within the package.
 */
final class SymmetricEigen {
  private final double[] values;
  private final DMatrixRMaj vectors;

  private SymmetricEigen(double[] values, DMatrixRMaj vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /** Refuses what is not symmetric, calling it {@code name}. */
  static SymmetricEigen of(String name, double[][] matrix) {
    int n = Checks.symmetric(name, matrix);
    DMatrixRMaj a = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a.unsafe_set(i, j, (matrix[i][j] + matrix[j][i]) / 2);
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
    if (!eigen.decompose(a)) {
      throw new ArithmeticException("the eigenvalues of the " + name + " did not converge");
    }
    double[] found =
        IntStream.range(0, n).mapToDouble(i -> eigen.getEigenvalue(i).getReal()).toArray();
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> found[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] values = new double[n];
    DMatrixRMaj vectors = new DMatrixRMaj(n, n);
    for (int k = 0; k < n; k++) {
      values[k] = found[order[k]];
      DMatrixRMaj vector = eigen.getEigenVector(order[k]);
      for (int i = 0; i < n; i++) {
        vectors.unsafe_set(i, k, vector.get(i));
      }
    }
    return new SymmetricEigen(values, vectors);
  }

  int size() {
    return values.length;
  }

  /** The k-th smallest eigenvalue. */
  double value(int k) {
    return values[k];
  }

  double[] values() {
    return values.clone();
  }

  double largest() {
    return values[values.length - 1];
  }

  /** Σ log κ_i; NaN unless all are positive. */
  double logDeterminant() {
    return Arrays.stream(values).map(StrictMath::log).sum();
  }

  /** VᵀMV, M in the eigenbasis. */
  double[][] toBasis(double[][] m) {
    return congruence(m, true);
  }

  /** VMVᵀ, back from the eigenbasis. */
  double[][] fromBasis(double[][] m) {
    return congruence(m, false);
  }

  /** Vᵀx. */
  double[] toBasis(double[] x) {
    DMatrixRMaj result = new DMatrixRMaj(size(), 1);
    CommonOps_DDRM.multTransA(vectors, DMatrixRMaj.wrap(size(), 1, x), result);
    return result.data;
  }

  /** Vx. */
  double[] fromBasis(double[] x) {
    DMatrixRMaj result = new DMatrixRMaj(size(), 1);
    CommonOps_DDRM.mult(vectors, DMatrixRMaj.wrap(size(), 1, x), result);
    return result.data;
  }

  private double[][] congruence(double[][] m, boolean to) {
    int n = size();
    DMatrixRMaj a = new DMatrixRMaj(m);
    DMatrixRMaj half = new DMatrixRMaj(n, n);
    DMatrixRMaj result = new DMatrixRMaj(n, n);
    if (to) {
      CommonOps_DDRM.multTransA(vectors, a, half);
      CommonOps_DDRM.mult(half, vectors, result);
    } else {
      CommonOps_DDRM.mult(vectors, a, half);
      CommonOps_DDRM.multTransB(half, vectors, result);
    }
    return Matrices.rows(result);
  }
}
