package io.thermograd.simulator.model;

import io.thermograd.simulator.random.SplitMix64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The largest eigenvalues of a symmetric operator by Lanczos's method with full
 * reorthogonalisation.
 *
 * <p>Each step costs one application and 4·m·P operations at step m; it stops when the residuals of
 * the wanted pairs are small, after some tens of steps for well separated eigenvalues, or when the
 * whole space is used up. The start is random by a fixed seed, so equal operators give equal bits.
 * Of an eigenvalue that is exactly multiple, one copy is found, unless the whole space is used up.
 *
 * <p>Source: B. Parlett, "The Symmetric Eigenvalue Problem", SIAM 1998, chapter 13,
 * doi:10.1137/1.9781611971163.
 */
public final class Lanczos {
  private static final double TOLERANCE = 1e-9;
  private static final int CHECK_EVERY = 8;
  private static final long SEED = 0x4C414E435AL;

  // Relative to the operator's size: what rounding leaves of a vector that lies in the basis.
  private static final double BREAKDOWN = 1e-12;

  private Lanczos() {}

  /** As below, with residuals of at most 10⁻⁹ of the operator's norm and at most P steps. */
  public static Eigenpairs top(SymmetricOperator operator, int k) {
    return top(operator, k, TOLERANCE, operator.dim());
  }

  /**
   * The k algebraically largest eigenvalues. When {@code steps} do not suffice, the pairs come with
   * the residuals they have.
   *
   * @param tolerance residuals to reach, relative to the largest absolute eigenvalue seen
   * @param steps the most applications to spend; at least k
   */
  public static Eigenpairs top(SymmetricOperator operator, int k, double tolerance, int steps) {
    int p = operator.dim();
    if (k < 1 || k > p) {
      throw new IllegalArgumentException("k should be in 1..%d: was %d".formatted(p, k));
    }
    if (steps < k) {
      throw new IllegalArgumentException("steps should be at least k: was " + steps);
    }
    int limit = Math.min(steps, p);
    SplitMix64 random = new SplitMix64(SEED);
    List<double[]> basis = new ArrayList<>();
    List<Double> diagonal = new ArrayList<>();
    List<Double> below = new ArrayList<>();
    double[] next = freshDirection(basis, p, random);
    while (true) {
      double[] q = next;
      basis.add(q);
      next = new double[p];
      operator.apply(q, next);
      diagonal.add(Kernels.dot(q, 0, next, 0, p));
      orthogonalise(next, basis);
      double norm = Math.sqrt(Kernels.dot(next, 0, next, 0, p));
      int m = basis.size();
      if (!Double.isFinite(norm) || !Double.isFinite(diagonal.get(m - 1))) {
        throw new IllegalStateException(
            "the operator should give finite values: step %d did not".formatted(m));
      }
      boolean breakdown = norm <= BREAKDOWN * size(diagonal, below);
      double coupling = breakdown ? 0 : norm;
      boolean end = m == limit;
      if (end || (m >= k && (breakdown || m % CHECK_EVERY == 0))) {
        Eigenpairs ritz = tridiagonal(diagonal, below);
        if (end || converged(ritz, k, coupling, tolerance)) {
          return lift(ritz, k, coupling, basis);
        }
      }
      below.add(coupling);
      if (breakdown) {
        next = freshDirection(basis, p, random);
      } else {
        scale(next, 1 / norm);
      }
    }
  }

  private static double[] freshDirection(List<double[]> basis, int p, SplitMix64 random) {
    double[] direction = new double[p];
    for (int j = 0; j < p; j++) {
      direction[j] = random.nextGaussian();
    }
    scale(direction, 1 / Math.sqrt(Kernels.dot(direction, 0, direction, 0, p)));
    orthogonalise(direction, basis);
    scale(direction, 1 / Math.sqrt(Kernels.dot(direction, 0, direction, 0, p)));
    return direction;
  }

  /** Twice is enough (Kahan): the second pass removes what the first one's rounding left. */
  private static void orthogonalise(double[] x, List<double[]> basis) {
    for (int pass = 0; pass < 2; pass++) {
      for (double[] q : basis) {
        Kernels.axpy(-Kernels.dot(q, 0, x, 0, x.length), q, 0, x, 0, x.length);
      }
    }
  }

  private static void scale(double[] x, double factor) {
    for (int j = 0; j < x.length; j++) {
      x[j] *= factor;
    }
  }

  private static double size(List<Double> diagonal, List<Double> below) {
    double size = Double.MIN_NORMAL;
    for (double a : diagonal) {
      size = Math.max(size, Math.abs(a));
    }
    for (double b : below) {
      size = Math.max(size, b);
    }
    return size;
  }

  /** Eigenpairs of the tridiagonal matrix. */
  private static Eigenpairs tridiagonal(List<Double> diagonal, List<Double> below) {
    int m = diagonal.size();
    double[][] matrix = new double[m][m];
    for (int j = 0; j < m; j++) {
      matrix[j][j] = diagonal.get(j);
      if (j + 1 < m) {
        matrix[j][j + 1] = below.get(j);
        matrix[j + 1][j] = below.get(j);
      }
    }
    return Eigenpairs.of(matrix);
  }

  /** Whether the k first residuals are small: β_m times the last entry of each Ritz vector. */
  private static boolean converged(Eigenpairs ritz, int k, double norm, double tolerance) {
    int last = ritz.size() - 1;
    double size = Math.max(Math.abs(ritz.largest()), Math.abs(ritz.values()[last]));
    for (int i = 0; i < k; i++) {
      if (norm * Math.abs(ritz.vectors()[i][last]) > tolerance * size) {
        return false;
      }
    }
    return true;
  }

  private static Eigenpairs lift(Eigenpairs ritz, int k, double norm, List<double[]> basis) {
    int p = basis.get(0).length;
    double[][] lifted = new double[k][p];
    double[] residuals = new double[k];
    for (int i = 0; i < k; i++) {
      double[] s = ritz.vectors()[i];
      for (int j = 0; j < s.length; j++) {
        Kernels.axpy(s[j], basis.get(j), 0, lifted[i], 0, p);
      }
      residuals[i] = norm * Math.abs(s[s.length - 1]);
    }
    return new Eigenpairs(Arrays.copyOf(ritz.values(), k), lifted, residuals);
  }
}
