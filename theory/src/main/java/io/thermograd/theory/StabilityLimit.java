package io.thermograd.theory;

/**
 * How near an optimizer is to the learning rate at which the steepest direction diverges: 0 far
 * away, 1.0 at the edge of stability. Every ratio is linear in η, so the largest stable η is the
 * present one divided by it.
 *
 * <p>Exact for a quadratic; for a loss, κ is λ_max of its Hessian now. Pure functions; bad input is
 * an {@link IllegalArgumentException} that names the argument and its value.
 *
 * <p>Source: QUANTITIES.md, section 4; J. Cohen et al., arXiv:2103.00065 and arXiv:2207.14484.
 */
public final class StabilityLimit {
  private StabilityLimit() {}

  /** ηκ/2: θ ← (1 − ηκ)θ contracts while ηκ < 2. */
  public static double sgd(double learningRate, double largestCurvature) {
    return heavyBall(learningRate, 0, largestCurvature);
  }

  /** ηκ/(2(1+β)) of heavy ball, v ← βv − ηg, θ ← θ + v. */
  public static double heavyBall(double learningRate, double momentum, double largestCurvature) {
    return product(learningRate, largestCurvature) / (2 * (1 + Checks.momentum(momentum)));
  }

  /**
   * ηκ(1+2β)/(2(1+β)) of Nesterov's momentum, v ← βv − ηg, θ ← θ + βv − ηg with g at the stored θ:
   * the root of z² − (1+β)(1−ηκ)z + β(1−ηκ) leaves the unit circle at −1. Less room than heavy
   * ball.
   */
  public static double nesterov(double learningRate, double momentum, double largestCurvature) {
    Checks.momentum(momentum);
    return product(learningRate, largestCurvature) * (1 + 2 * momentum) / (2 * (1 + momentum));
  }

  /**
   * λ_max(D⁻¹H)·η(1−β₁)/(2(1+β₁)) of Adam with a frozen preconditioner D = diag(√v + ε).
   *
   * @param preconditionedCurvature λ_max(D⁻¹H)
   */
  public static double adam(double learningRate, double beta1, double preconditionedCurvature) {
    // An exponential mean of gradients is heavy ball with the learning rate η(1−β₁).
    Checks.within("beta1", 0, 1, beta1);
    return product(learningRate, preconditionedCurvature) * (1 - beta1) / (2 * (1 + beta1));
  }

  /** Refuses a ratio of 1 or more, where no stationary law exists. */
  static void requireStable(double ratio) {
    if (!(ratio < 1)) {
      throw new IllegalArgumentException(
          "learning rate times curvature should be below the stability limit: was %s times it"
              .formatted(ratio));
    }
  }

  private static double product(double learningRate, double curvature) {
    return Checks.nonNegative("learning rate", learningRate)
        * Checks.nonNegative("curvature", curvature);
  }
}
