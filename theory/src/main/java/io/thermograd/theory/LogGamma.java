package io.thermograd.theory;

/** Factorials in the log domain. */
final class LogGamma {
  private LogGamma() {}

  /** log C(n, k) for whole numbers 0 ≤ k ≤ n held as doubles. */
  static double logBinomial(double n, double k) {
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  }

  /** log n!: Stirling's series after shifting n to at least 16; relative error below 10⁻¹⁴. */
  static double logFactorial(double n) {
    double shift = 1;
    double z = n + 1;
    while (z < 16) {
      shift *= z;
      z += 1;
    }
    double r = 1 / (z * z);
    double series =
        (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / z;
    return (z - 0.5) * StrictMath.log(z)
        - z
        + 0.5 * StrictMath.log(2 * StrictMath.PI)
        + series
        - StrictMath.log(shift);
  }
}
