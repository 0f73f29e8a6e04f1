package io.thermograd.theory;

/**
 * Escape rates of the underdamped Langevin equation dq = v dt, dv = −U′dt − γv dt + √(2γT) dW of
 * unit mass, per unit of its own time, for barriers ΔU ≫ T.
 *
 * <p>With strong friction crossing the barrier is the bottleneck and the rate falls as 1/γ; with
 * weak friction gaining the energy is, and it rises with γ. {@link #turnover} joins both.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value.
 *
 * <p>Source: H. Kramers, Physica 7, 1940; V. Mel'nikov and S. Meshkov, J. Chem. Phys. 85, 1986,
 * doi:10.1063/1.451844.
 */
public final class UnderdampedEscape {
  private static final int PANELS = 64;

  private UnderdampedEscape() {}

  /**
   * Kramers' rate for moderate to strong friction: (√(γ²/4 + ω_b²) − γ/2)/ω_b·ω_a/(2π)·e^{−ΔU/T}. γ
   * → ∞ gives the overdamped rate 1/(γτ) with τ of {@link EscapeTime#kramers}; γ → 0 that of
   * transition-state theory, which is too high there.
   *
   * @param wellCurvature ω_a² > 0
   * @param saddleCurvature ω_b² > 0, its absolute value
   * @param friction γ > 0
   */
  public static double rate(
      double wellCurvature,
      double saddleCurvature,
      double friction,
      double barrier,
      double temperature) {
    Checks.positive("well curvature", wellCurvature);
    Checks.positive("saddle curvature", saddleCurvature);
    Checks.positive("friction", friction);
    double half = friction / 2;
    // √(γ²/4 + ω²) − γ/2 without cancellation.
    double reactive = saddleCurvature / (StrictMath.sqrt(half * half + saddleCurvature) + half);
    return reactive
        / StrictMath.sqrt(saddleCurvature)
        * StrictMath.sqrt(wellCurvature)
        / (2 * StrictMath.PI)
        / EscapeTime.arrheniusFactor(barrier, temperature);
  }

  /**
   * Rate of leaving a well for good at any friction: {@link #rate}·Υ(δ) with δ = γS/T, S =
   * 2∫√(2(U(b) − U(q)))dq over the well, the action of the orbit at the barrier's height.
   *
   * @param action S > 0
   */
  public static double turnover(
      double wellCurvature,
      double saddleCurvature,
      double friction,
      double barrier,
      double temperature,
      double action) {
    double rate = rate(wellCurvature, saddleCurvature, friction, barrier, temperature);
    Checks.positive("action", action);
    return rate * depopulation(friction * action / temperature);
  }

  /**
   * Rate from one well into the other of a double well at any friction: {@link
   * #rate}·Υ(δ₁)Υ(δ₂)/Υ(δ₁ + δ₂), since a particle that has crossed with little friction may come
   * back at once.
   *
   * @param action S of the well that is left
   * @param otherAction S of the well that is entered
   */
  public static double turnover(
      double wellCurvature,
      double saddleCurvature,
      double friction,
      double barrier,
      double temperature,
      double action,
      double otherAction) {
    double rate = rate(wellCurvature, saddleCurvature, friction, barrier, temperature);
    double loss = friction * Checks.positive("action", action) / temperature;
    double otherLoss = friction * Checks.positive("other action", otherAction) / temperature;
    return rate * depopulation(loss) * depopulation(otherLoss) / depopulation(loss + otherLoss);
  }

  /**
   * Υ(δ) = exp((1/π)∫₀^∞ log(1 − e^{−δ(x² + ¼)})/(x² + ¼) dx): how far weak friction starves the
   * barrier of particles. About δ for small δ, 1 for large.
   *
   * @param energyLoss δ > 0, energy lost per round trip over T
   */
  public static double depopulation(double energyLoss) {
    Checks.positive("energy loss", energyLoss);
    // x = ½tan u: (2/π)∫₀^{π/2} log(1 − e^{−δ/(4cos²u)}) du. Panels shrink towards π/2, where the
    // integrand has a thin logarithmic layer when δ is small.
    double sum = 0;
    double above = StrictMath.PI / 2;
    for (int panel = 0; panel < PANELS; panel++) {
      double below = panel == PANELS - 1 ? 0 : above / 2;
      sum +=
          GaussLegendre.integrate(
              c -> {
                double cos = StrictMath.sin(c);
                return StrictMath.log(-StrictMath.expm1(-energyLoss / (4 * cos * cos)));
              },
              below,
              above);
      above = below;
    }
    return StrictMath.exp(2 / StrictMath.PI * sum);
  }
}
