package io.thermograd.theory;

/**
 * Mean times to leave a basin over a barrier ΔU, in SGD time (sums of η_eff; divide by η_eff for
 * steps), and what follows from a rate. Asymptotic for ΔU/T → ∞: the relative error of the
 * prefactor is of order T/ΔU. {@link FirstPassage} is exact in one dimension.
 *
 * <p>These are times to leave for good. The mean time to <em>reach</em> the saddle is half of it,
 * since from there half of the paths fall back. With several saddles the rates add.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value. Times overflow to infinity where e^{ΔU/T} does.
 *
 * <p>Source: QUANTITIES.md, section 7; P. Hänggi, P. Talkner, M. Borkovec, Rev. Mod. Phys. 62,
 * 1990, doi:10.1103/RevModPhys.62.251; N. Berglund, arXiv:1106.5799.
 */
public final class EscapeTime {
  private EscapeTime() {}

  /**
   * Kramers' time in one dimension: 2π/√(U″(a)·|U″(b)|)·e^{ΔU/T}.
   *
   * @param wellCurvature U″(a) > 0 at the minimum
   * @param saddleCurvature |U″(b)| > 0 at the top of the barrier
   * @param barrier ΔU = U(b) − U(a) ≥ 0
   * @param temperature T > 0
   */
  public static double kramers(
      double wellCurvature, double saddleCurvature, double barrier, double temperature) {
    Checks.positive("well curvature", wellCurvature);
    Checks.positive("saddle curvature", saddleCurvature);
    return 2
        * StrictMath.PI
        / StrictMath.sqrt(wellCurvature * saddleCurvature)
        * arrheniusFactor(barrier, temperature);
  }

  /** Eyring–Kramers in d dimensions: {@link #prefactor}·e^{ΔU/T}. */
  public static double eyringKramers(
      double[][] hessianAtMinimum, double[][] hessianAtSaddle, double barrier, double temperature) {
    return prefactor(hessianAtMinimum, hessianAtSaddle) * arrheniusFactor(barrier, temperature);
  }

  /**
   * (2π/|κ₋|)·√(|det H_saddle|/det H_min), κ₋ the one negative eigenvalue at the saddle. Sharper
   * minima escape faster at equal ΔU.
   *
   * @param hessianAtMinimum positive definite
   * @param hessianAtSaddle of the same size, with exactly one negative eigenvalue and none at 0
   */
  public static double prefactor(double[][] hessianAtMinimum, double[][] hessianAtSaddle) {
    SymmetricEigen minimum = Checks.positiveDefinite("Hessian at the minimum", hessianAtMinimum);
    SymmetricEigen saddle = SymmetricEigen.of("Hessian at the saddle", hessianAtSaddle);
    if (saddle.size() != minimum.size()) {
      throw new IllegalArgumentException(
          "Hessian at the saddle should have %d rows as at the minimum: had %d"
              .formatted(minimum.size(), saddle.size()));
    }
    double log = -minimum.logDeterminant();
    for (int k = 0; k < saddle.size(); k++) {
      double value = saddle.value(k);
      if (k == 0 ? !(value < 0) : !(value > 0)) {
        throw new IllegalArgumentException(
            "Hessian at the saddle should have one negative eigenvalue and otherwise positive ones:"
                + " eigenvalue %d was %s".formatted(k, value));
      }
      log += StrictMath.log(Math.abs(value));
    }
    return 2 * StrictMath.PI / -saddle.value(0) * StrictMath.exp(log / 2);
  }

  /** Mean time to reach the saddle: half the time to leave. */
  public static double toReachSaddle(double escapeTime) {
    return Checks.positive("escape time", escapeTime) / 2;
  }

  /** e^{ΔU/T}. */
  public static double arrheniusFactor(double barrier, double temperature) {
    Checks.nonNegative("barrier", barrier);
    Checks.positive("temperature", temperature);
    return StrictMath.exp(barrier / temperature);
  }

  /** Events per time of an escape with this mean time: exits are exponential, so 1/τ. */
  public static double rate(double escapeTime) {
    return 1 / Checks.positive("escape time", escapeTime);
  }

  /** 1 − e^{−rate·t}, the probability of an escape within a time. */
  public static double probabilityWithin(double rate, double time) {
    Checks.nonNegative("rate", rate);
    Checks.nonNegative("time", time);
    return -StrictMath.expm1(-rate * time);
  }

  /** 3/t, the 95 % upper bound of a rate when no event was seen in time t: e⁻³ < 0.05. */
  public static double zeroEventBound(double time) {
    return 3 / Checks.positive("time", time);
  }
}
