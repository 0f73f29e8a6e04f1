package io.thermograd.theory;

/**
 * Rates of the slowest relaxation of dx = −∇U dt + √(2T) dW, per unit of SGD time (sums of η_eff):
 * correlations of the stationary process fall at least as fast as e^{−gap·t}.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value.
 *
 * <p>Source: D. Bakry, I. Gentil, M. Ledoux, Analysis and Geometry of Markov Diffusion Operators;
 * QUANTITIES.md, section 9, correction 5.
 */
public final class SpectralGap {
  private SpectralGap() {}

  /**
   * Lower bound for ∇²U ⪰ m·I: m itself, whatever T is, attained by a quadratic. Not m/T, and not
   * m/2.
   *
   * @param convexity m > 0
   */
  public static double convexLowerBound(double convexity) {
    return Checks.positive("convexity", convexity);
  }

  /** 1/gap, the time in which a correlation falls by e at the latest. */
  public static double relaxationTime(double gap) {
    return 1 / Checks.positive("gap", gap);
  }

  /**
   * Time after which the χ² distance to the stationary law is below ε² from a start at distance
   * χ²₀: log(√χ²₀/ε)/gap, 0 if it is so already. χ²(t) ≤ e^{−2·gap·t}·χ²₀.
   */
  public static double mixingTime(double gap, double startDistance, double epsilon) {
    Checks.positive("gap", gap);
    Checks.nonNegative("start distance", startDistance);
    Checks.positive("epsilon", epsilon);
    return Math.max(0, StrictMath.log(StrictMath.sqrt(startDistance) / epsilon)) / gap;
  }

  /**
   * Lower bound m·e^{−osc/T} of Holley and Stroock for U = V + φ, V with convexity m and φ bounded:
   * sup φ − inf φ = osc.
   */
  public static double perturbedLowerBound(
      double convexity, double oscillation, double temperature) {
    return Checks.positive("convexity", convexity)
        / EscapeTime.arrheniusFactor(Checks.nonNegative("oscillation", oscillation), temperature);
  }

  /**
   * Upper bound T/Var(a·x) for any unit vector a, from the gap's variational definition with the
   * test function a·x: attained by a quadratic in its flattest direction.
   *
   * @param variance of the stationary law along one direction
   */
  public static double varianceUpperBound(double temperature, double variance) {
    return Checks.positive("temperature", temperature) / Checks.positive("variance", variance);
  }

  /** k_AB + k_BA, the gap of a chain between two states. */
  public static double twoState(double rateForth, double rateBack) {
    return Checks.nonNegative("rate forth", rateForth) + Checks.nonNegative("rate back", rateBack);
  }

  /**
   * The gap of a double well for T → 0, 1/τ_AB + 1/τ_BA with the Eyring–Kramers times of leaving
   * for good. Relative error of order T/ΔU.
   */
  public static double doubleWell(double escapeTimeForth, double escapeTimeBack) {
    return twoState(EscapeTime.rate(escapeTimeForth), EscapeTime.rate(escapeTimeBack));
  }

  /**
   * 1 − max_i |1 − ηκ_i| of SGD on a quadratic, per step: the steepest direction decides it once ηκ
   * exceeds 1, as it oscillates.
   */
  public static double perStep(
      double learningRate, double smallestCurvature, double largestCurvature) {
    Checks.positive("learning rate", learningRate);
    Checks.positive("smallest curvature", smallestCurvature);
    if (!(largestCurvature >= smallestCurvature)) {
      throw new IllegalArgumentException(
          "largest curvature should be at least the smallest, %s: was %s"
              .formatted(smallestCurvature, largestCurvature));
    }
    StabilityLimit.requireStable(StabilityLimit.sgd(learningRate, largestCurvature));
    return Math.min(learningRate * smallestCurvature, 2 - learningRate * largestCurvature);
  }
}
