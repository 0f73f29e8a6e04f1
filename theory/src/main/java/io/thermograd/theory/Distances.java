package io.thermograd.theory;

/**
 * How far apart two distributions over the same cells are. Arguments are probabilities: finite, not
 * negative, and 1 in sum within 10⁻⁹.
 *
 * <p>Cost: one pass. Stateless and thread-safe.
 */
public final class Distances {
  private static final double SUM_TOLERANCE = 1e-9;

  private Distances() {}

  /**
   * Kullback–Leibler divergence Σ p log(p/q), in nats; ≥ 0, and infinite where p is positive and q
   * is 0.
   */
  public static double kullbackLeibler(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      if (p[i] > 0) {
        // Each term p log(p/q) − p + q is ≥ 0: nearly equal distributions do not cancel.
        double excess = (q[i] - p[i]) / p[i];
        sum += Double.isInfinite(excess) ? q[i] : p[i] * (excess - logOnePlus(excess, q[i] / p[i]));
      } else {
        sum += q[i];
      }
    }
    return sum;
  }

  /** log(1 + excess) = log ratio, by whichever of the two arguments has lost no digits. */
  private static double logOnePlus(double excess, double ratio) {
    return excess > -0.5 ? StrictMath.log1p(excess) : StrictMath.log(ratio);
  }

  /** Total variation ½ Σ|p − q|, between 0 and 1. */
  public static double totalVariation(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += Math.abs(p[i] - q[i]);
    }
    return 0.5 * sum;
  }

  /** Hellinger distance √(½ Σ(√p − √q)²), between 0 and 1. */
  public static double hellinger(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double difference = Math.sqrt(p[i]) - Math.sqrt(q[i]);
      sum += difference * difference;
    }
    return Math.sqrt(0.5 * sum);
  }

  /**
   * Mean of the divergence between the histogram of n independent draws and their own law q:
   * (m−1)/(2n), where m counts the cells with q > 0. It is the mean of the χ² law with m−1 degrees
   * of freedom that 2n times the divergence follows when every cell expects more than a few draws
   * (relative error about the mean of 1/(6nq)); the standard deviation is √((m−1)/2)/n.
   */
  public static double sampledKullbackLeibler(double[] q, long draws) {
    distribution("q", q);
    Checks.atLeast("draws", 1L, draws);
    int cells = 0;
    for (double v : q) {
      cells += v > 0 ? 1 : 0;
    }
    return (cells - 1) / (2.0 * draws);
  }

  /**
   * Mean of the total variation between the histogram of n independent draws and their own law q,
   * exactly: a cell's count is binomial, whose mean absolute deviation is 2ν C(n,ν) q^ν
   * (1−q)^{n−ν+1} with ν = ⌊nq⌋ + 1 (de Moivre, 1730). About ½ Σ √(2q(1−q)/(πn)). Relative error ≤
   * 10⁻¹⁵·n log n from the factorials.
   */
  public static double sampledTotalVariation(double[] q, long draws) {
    distribution("q", q);
    Checks.atLeast("draws", 1L, draws);
    double n = draws;
    double sum = 0;
    for (double v : q) {
      if (v > 0 && v < 1) {
        double nu = Math.floor(n * v) + 1;
        if (nu <= n) {
          double log =
              StrictMath.log(2 * nu)
                  + LogGamma.logBinomial(n, nu)
                  + nu * StrictMath.log(v)
                  + (n - nu + 1) * StrictMath.log1p(-v);
          sum += StrictMath.exp(log) / n;
        }
      }
    }
    return 0.5 * sum;
  }

  private static void check(double[] p, double[] q) {
    distribution("p", p);
    distribution("q", q);
    Checks.length("q", q, p.length);
  }

  /** Refuses what is no distribution. */
  static void distribution(String name, double[] p) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      if (!(p[i] >= 0 && p[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "%s[%d] should be finite and not negative: was %s".formatted(name, i, p[i]));
      }
      sum += p[i];
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new IllegalArgumentException(name + " should be 1 in sum: was " + sum);
    }
  }
}
