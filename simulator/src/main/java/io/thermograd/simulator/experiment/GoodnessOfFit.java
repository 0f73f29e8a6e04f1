package io.thermograd.simulator.experiment;

import io.thermograd.theory.Distances;
import java.util.Arrays;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;

/**
 * Whether counts were drawn from a law, and how far they lie from it by sampling alone.
 *
 * <p>Cells that expect few draws are put together first, in the order of their numbers, so that the
 * asymptotic laws below hold; any grouping that does not look at the counts is allowed.
 */
final class GoodnessOfFit {
  /** Tails of the intervals: a row fails by chance once in 5,000. */
  private static final double TAIL = 1e-4;

  /** Standard normal quantile of {@link #TAIL}. */
  private static final double Z = 3.719016485455709;

  private final double[] law;
  private final double[] share;
  private final long draws;

  /**
   * @param law probabilities of the cells, 1 in sum
   * @param fewest expected draws of every cell that remains
   */
  GoodnessOfFit(double[] law, long[] counts, double fewest) {
    draws = Arrays.stream(counts).sum();
    double[] merged = new double[law.length];
    double[] observed = new double[law.length];
    int cells = 0;
    for (int i = 0; i < law.length; i++) {
      merged[cells] += law[i];
      observed[cells] += (double) counts[i] / draws;
      if (merged[cells] * draws >= fewest) {
        cells++;
      }
    }
    if (cells > 0 && cells < law.length) {
      merged[cells - 1] += merged[cells];
      observed[cells - 1] += observed[cells];
    }
    cells = Math.max(1, cells);
    this.law = Arrays.copyOf(merged, cells);
    this.share = Arrays.copyOf(observed, cells);
  }

  int cells() {
    return law.length;
  }

  /**
   * Divergence of the histogram from the law; 2n times it is χ² with m−1 degrees of freedom.
   *
   * @param bias divergence of the law that was drawn from, at most; it widens the upper end to that
   *     of the non-central law with λ = 2n·bias, in Patnaik's approximation by a scaled χ²
   */
  Row divergence(String what, double bias) {
    double freedom = Math.max(1, law.length - 1);
    double shift = 2 * draws * bias;
    double scale = (freedom + 2 * shift) / (freedom + shift);
    return new Row(
        what,
        Distances.sampledKullbackLeibler(law, draws),
        Measured.exact(Distances.kullbackLeibler(share, law)),
        Requirement.between(
            quantile(freedom, TAIL) / (2 * draws),
            scale * quantile((freedom + shift) / scale, 1 - TAIL) / (2 * draws)));
  }

  /**
   * Total variation between histogram and law. A cell's |k/n − q| has variance (1 − 2/π)q(1−q)/n,
   * and the cells are nearly independent. A divergence of the laws that shifts χ² by λ raises the
   * mean by √(1 + λ/(m−1)).
   *
   * @param bias as in {@link #divergence}
   */
  Row totalVariation(String what, double bias) {
    double expected = Distances.sampledTotalVariation(law, draws);
    double variance = 0;
    for (double q : law) {
      variance += 0.25 * (1 - 2 / StrictMath.PI) * q * (1 - q) / draws;
    }
    double half = Z * StrictMath.sqrt(variance);
    return new Row(
        what,
        expected,
        Measured.exact(Distances.totalVariation(share, law)),
        Requirement.between(
            Math.max(0, expected - half),
            expected * StrictMath.sqrt(1 + 2 * draws * bias / Math.max(1, law.length - 1)) + half));
  }

  /**
   * Whether as many went from i to j as back: Σ (N_ij − N_ji)²/(N_ij + N_ji) over pairs is χ² with
   * as many degrees of freedom as there are pairs with moves.
   */
  static Row detailedBalance(String what, long[][] moves) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < moves.length; i++) {
      for (int j = 0; j < i; j++) {
        double all = moves[i][j] + moves[j][i];
        double net = moves[i][j] - moves[j][i];
        if (all > 0) {
          pairs++;
          sum += net * net / all;
        }
      }
    }
    double freedom = Math.max(1, pairs);
    return new Row(
        what,
        pairs,
        Measured.exact(sum),
        Requirement.between(quantile(freedom, TAIL), quantile(freedom, 1 - TAIL)));
  }

  private static double quantile(double freedom, double probability) {
    return new ChiSquaredDistribution(freedom).inverseCumulativeProbability(probability);
  }
}
