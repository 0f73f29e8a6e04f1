package io.thermograd.estimate.numeric;

/**
 * 95 % interval of a ratio a/b of two estimated means, by Fieller's theorem: all ρ with (a − ρb)² ≤
 * t²·Var(a − ρb).
 *
 * <p>Exact where a and b are jointly normal, however noisy b is; the delta method is its limit for
 * a precise b. Bounded exactly when b's own interval is above 0. Source: E. C. Fieller, Some
 * problems in interval estimation, J. R. Stat. Soc. B 16 (1954) 175–185.
 *
 * @param low lower end; NaN when nothing bounds the ratio from below
 * @param high upper end; infinite when b's interval covers 0
 */
public record RatioInterval(double low, double high) {

  /** For a positive ratio whose numerator is significant. */
  public static RatioInterval of(
      double a, double b, double varA, double varB, double covAB, double factor) {
    double f2 = factor * factor;
    // (b² − f²Vb)ρ² − 2(ab − f²Vab)ρ + (a² − f²Va) ≤ 0
    double quadratic = b * b - f2 * varB;
    double half = a * b - f2 * covAB;
    double constant = a * a - f2 * varA;
    double discriminant = half * half - quadratic * constant;
    if (!(discriminant >= 0)) {
      return new RatioInterval(Double.NaN, Double.POSITIVE_INFINITY);
    }
    double root = Math.sqrt(discriminant);
    if (quadratic > 0 && b < 0) {
      // A significantly negative estimate of a positive b: no positive ratio fits, none is ruled
      // out.
      return new RatioInterval(Double.NaN, Double.POSITIVE_INFINITY);
    }
    if (quadratic > 0) {
      return new RatioInterval((half - root) / quadratic, (half + root) / quadratic);
    }
    // b may be 0: what is left of a positive ratio is a ray, from the root on the positive side.
    double bound = constant / (half + root);
    return new RatioInterval(
        constant > 0 && bound > 0 ? bound : Double.NaN, Double.POSITIVE_INFINITY);
  }
}
