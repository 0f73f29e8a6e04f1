package io.thermograd.simulator.model;

import java.util.Arrays;

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
