package io.thermograd.theory;

/** Quantiles of Student's t for whole degrees of freedom. */
final class StudentT {
  private StudentT() {}

  /** The t with P(|t_ν| ≤ t) = level, by bisection on the finite series; error below 10⁻¹². */
  static double twoSided(double level, int degrees) {
    Checks.inside("level", 0, 1, level);
    Checks.atLeast("degrees of freedom", 1, degrees);
    // In the angle θ = atan(t/√ν), which is bounded.
    double low = 0;
    double high = StrictMath.PI / 2;
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      if (central(middle, degrees) < level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return StrictMath.sqrt(degrees) * StrictMath.tan(low);
  }

  /** P(|t_ν| ≤ √ν·tan θ); Abramowitz and Stegun 26.7.3 and 26.7.4. */
  private static double central(double theta, int degrees) {
    double sin = StrictMath.sin(theta);
    double cos = StrictMath.cos(theta);
    boolean odd = degrees % 2 == 1;
    double term = odd ? cos : 1;
    double sum = 0;
    for (int k = odd ? 1 : 0; k <= degrees - 2; k += 2) {
      sum += term;
      term *= cos * cos * (k + 1) / (k + 2);
    }
    return odd ? 2 / StrictMath.PI * (theta + sin * sum) : sin * sum;
  }
}
