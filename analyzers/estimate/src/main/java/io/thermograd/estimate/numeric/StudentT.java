package io.thermograd.estimate.numeric;

import org.hipparchus.distribution.continuous.TDistribution;

/** The factor of a two-sided 95 % interval. */
public final class StudentT {
  private static final double NORMAL = 1.959963984540054;
  private static final double[] QUANTILES = new double[201];

  static {
    for (int df = 1; df < QUANTILES.length; df++) {
      QUANTILES[df] = new TDistribution(df).inverseCumulativeProbability(0.975);
    }
  }

  private StudentT() {}

  /**
   * 97.5 % quantile of Student's t at ⌊degrees⌋ degrees of freedom; above 200 by z + (z³+z)/(4ν),
   * error below 10⁻⁴.
   */
  public static double quantile975(double degrees) {
    if (degrees < QUANTILES.length) {
      return QUANTILES[Math.max(1, (int) degrees)];
    }
    return NORMAL + (NORMAL * NORMAL * NORMAL + NORMAL) / (4 * degrees);
  }
}
