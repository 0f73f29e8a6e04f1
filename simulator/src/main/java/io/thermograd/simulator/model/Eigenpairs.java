package io.thermograd.simulator.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Eigenvalues in descending order with eigenvectors of length 1.
 *
 * @param values λ_i
 * @param vectors u_i, each of length P
 * @param residuals ‖Au_i − λ_i u_i‖ up to rounding: an eigenvalue of A lies within that distance of
 *     λ_i
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once; numerical results, never compared
public record Eigenpairs(double[] values, double[][] vectors, double[] residuals) {

  /** All of a symmetric matrix, whose lower triangle is not looked at; about 10·n³ operations. */
  public static Eigenpairs of(double[][] matrix) {
    int n = matrix.length;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
    if (!eigen.decompose(new DMatrixRMaj(matrix))) {
      throw new IllegalArgumentException(
          "matrix of size %d should have eigenvalues: they did not converge".formatted(n));
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(i -> -eigen.getEigenvalue(i).getReal()));
    double[] values = new double[n];
    double[][] vectors = new double[n][];
    for (int i = 0; i < n; i++) {
      values[i] = eigen.getEigenvalue(order[i]).getReal();
      vectors[i] = eigen.getEigenVector(order[i]).getData();
    }
    return new Eigenpairs(values, vectors, new double[n]);
  }

  /** The eigenvalues alone, in a tenth of the time. */
  static double[] values(double[][] matrix) {
    int n = matrix.length;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, false, true);
    if (!eigen.decompose(new DMatrixRMaj(matrix))) {
      throw new IllegalArgumentException(
          "matrix of size %d should have eigenvalues: they did not converge".formatted(n));
    }
    return IntStream.range(0, n)
        .mapToDouble(i -> -eigen.getEigenvalue(i).getReal())
        .sorted()
        .map(x -> -x)
        .toArray();
  }

  /** How many. */
  public int size() {
    return values.length;
  }

  /** λ₁. */
  public double largest() {
    return values[0];
  }

  @Override
  public String toString() {
    return "eigenvalues %s with residuals %s"
        .formatted(Arrays.toString(values), Arrays.toString(residuals));
  }
}
