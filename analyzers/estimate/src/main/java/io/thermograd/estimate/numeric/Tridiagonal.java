package io.thermograd.estimate.numeric;

/**
 * A symmetric tridiagonal matrix T under QL with shifts σ: T − σ = QL by plane rotations from the
 * last row to the first, T ← LQ + σ. Neighbouring rows of a matrix Z take the same rotations, which
 * a {@link SpectrumKernel} does meanwhile.
 *
 * <p>With x the element on the diagonal that rotation i meets and e_i the one beside it, cos_i =
 * x/r, sin_i = e_i/r, r = ±√(x² + e_i²). What one rotation waits for of the one before is kept in
 * squares, so that it is one division and no root; the roots are taken aside. The same square
 * serves for what comes next and for the rotation, which stays a rotation to the last bits.
 *
 * <p>Only +, −, ×, / and √: the same bits everywhere. One owner thread. Source: W. Kahan's form of
 * QL without square roots, in B. N. Parlett, The Symmetric Eigenvalue Problem, SIAM 1998, 8.15,
 * doi:10.1137/1.9781611971163; the rotations beside it are ours.
 */
public final class Tridiagonal {
  // Stands for 0, which a later division would take badly; its square is a normal number.
  private static final double ZERO = 0x1p-490;

  final double[] diagonal;

  /** e_i couples rows i and i+1. */
  final double[] off;

  final double[] cos;
  final double[] sin;

  /** 1/cos². */
  private final double[] ratio;

  private double shift;

  Tridiagonal(int capacity) {
    diagonal = new double[capacity];
    off = new double[capacity];
    cos = new double[capacity];
    sin = new double[capacity];
    ratio = new double[capacity];
  }

  /**
   * Begins a sweep from row {@code high} to {@code low} by Wilkinson's shift; returns the first γ.
   */
  double start(int low, int high) {
    double half = (diagonal[low + 1] - diagonal[low]) / (2 * off[low]);
    double root = Math.sqrt(half * half + 1);
    shift = diagonal[low] - off[low] / (half < 0 ? half - root : half + root);
    sin[high] = 0;
    ratio[high] = 1;
    return notZero(diagonal[high] - shift);
  }

  /**
   * Finds rotation i, and what the rotations so far make of row i+1; takes γ = cos_{i+1}·x, returns
   * the next.
   */
  double turn(int i, double gamma) {
    double e = off[i];
    double d = diagonal[i];
    double x2 = gamma * gamma * ratio[i + 1];
    double e2 = e * e;
    double r2 = x2 + e2;
    double inverse = 1 / r2;
    double next = notZero((x2 * (d - shift) - e2 * gamma) * inverse);
    ratio[i] = r2 / x2;
    diagonal[i + 1] = gamma + (d - next);
    // With r of x's sign no cosine is negative, and γ has x's sign.
    double size = Math.sqrt(r2);
    double r = Math.copySign(size, gamma);
    off[i + 1] = sin[i + 1] * r;
    sin[i] = e * (r * inverse);
    cos[i] = Math.sqrt(x2) * (size * inverse);
    return next;
  }

  /** Ends a sweep with its last γ. */
  void end(int low, double gamma) {
    off[low] = sin[low] * Math.copySign(Math.sqrt(gamma * gamma * ratio[low]), gamma);
    diagonal[low] = shift + gamma;
  }

  private static double notZero(double x) {
    return Math.abs(x) < ZERO ? Math.copySign(ZERO, x) : x;
  }
}
