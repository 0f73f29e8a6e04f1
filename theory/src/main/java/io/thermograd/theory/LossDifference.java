package io.thermograd.theory;

/**
 * How far one more example moves the mean loss L_k = (1/k)Σ_{i≤k} ℓ_i at fixed θ: L_{k+1} − L_k =
 * (ℓ_{k+1} − L_k)/(k+1), an identity, so about the losses' mean absolute deviation over k.
 *
 * <p>Pure functions, in units of the loss; bad input is an {@link IllegalArgumentException} that
 * names the argument and the value.
 *
 * <p>Source: QUANTITIES.md, section 8; N. Kiselev and A. Grabovoy, arXiv:2409.11995.
 */
public final class LossDifference {
  private LossDifference() {}

  /**
   * |ℓ_{k+1} − L_k|/(k+1).
   *
   * @param nextLoss ℓ_{k+1}
   * @param meanLoss L_k
   * @param k ≥ 0, examples in the mean
   */
  public static double exact(double nextLoss, double meanLoss, long k) {
    Checks.finite("next loss", nextLoss);
    Checks.finite("mean loss", meanLoss);
    return Math.abs(nextLoss - meanLoss) / count(k);
  }

  /** The expected curve, meanAbsoluteDeviation/(k+1), of examples in random order and large k. */
  public static double expected(double meanAbsoluteDeviation, long k) {
    return Checks.nonNegative("mean absolute deviation", meanAbsoluteDeviation) / count(k);
  }

  /** M_ℓ/(k+1), which losses in [0, M_ℓ] at this very θ cannot exceed. */
  public static double bound(double largestLoss, long k) {
    return Checks.nonNegative("largest loss", largestLoss) / count(k);
  }

  /**
   * 2(M_ℓ + M_H R²)/(k+1), within R of a θ* that minimises both L_k and L_{k+1}, to second order.
   *
   * @param largestLoss M_ℓ, of any example at θ*
   * @param hessianBound M_H, of any example's ‖∇²ℓ‖₂ at θ*; see {@link HessianBound}
   * @param radius R ≥ 0
   */
  public static double bound(double largestLoss, double hessianBound, double radius, long k) {
    Checks.nonNegative("largest loss", largestLoss);
    Checks.nonNegative("Hessian bound", hessianBound);
    Checks.nonNegative("radius", radius);
    return 2 * (largestLoss + hessianBound * radius * radius) / count(k);
  }

  /**
   * The least k from which a/(k+1) stays within a tolerance, for any of the above with a its
   * numerator, as a real number.
   */
  public static double sufficientExamples(double numerator, double tolerance) {
    Checks.nonNegative("numerator", numerator);
    Checks.positive("tolerance", tolerance);
    return Math.max(0, Math.ceil(numerator / tolerance - 1));
  }

  private static double count(long k) {
    return Checks.atLeast("k", 0L, k) + 1.0;
  }
}
