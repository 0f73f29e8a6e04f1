package io.thermograd.theory;

import java.util.Arrays;

/**
 * Large deviations of a chain between basins whose transition probabilities are p_ij ≍ e^{−B_ij/η}
 * as η → 0. The cost B_ij ≥ 0 (+∞ where there is no transition) decides everything to leading
 * order:
 *
 * <ul>
 *   <li>E_i, the least cost of a spanning tree whose edges lead to i; occupation ∝ e^{−E_i/η};
 *   <li>the mean time to reach a set of targets, ≍ e^{J/η}.
 * </ul>
 *
 * <p>Both come from the chain's exact elimination of states ({@link MarkovChain}), whose sums,
 * products and quotients of positive terms turn into minima, sums and differences of exponents
 * because nothing is ever subtracted there. That takes O(n³) for one root and equals the minimum
 * over all trees, exactly.
 *
 * <p>Immutable. Bad input is an {@link IllegalArgumentException} that names the argument and the
 * value.
 *
 * <p>Source: M. Freidlin and A. Wentzell, Random Perturbations of Dynamical Systems, chapter 6; W.
 * Azizian et al., arXiv:2406.09241, for SGD; QUANTITIES.md, section 7.
 */
public final class TransitionGraph {
  private final double[][] costs;

  private TransitionGraph(double[][] costs) {
    this.costs = costs;
  }

  /**
   * From costs.
   *
   * @param costs [i][j] = B_ij ≥ 0 or +∞; the diagonal is ignored
   */
  public static TransitionGraph of(double[][] costs) {
    int n = Checks.atLeast("number of basins", 1, costs.length);
    double[][] copy = new double[n][];
    for (int i = 0; i < n; i++) {
      if (costs[i].length != n) {
        Checks.length("costs[%d]".formatted(i), costs[i], n);
      }
      copy[i] = costs[i].clone();
      for (int j = 0; j < n; j++) {
        if (i != j && !(copy[i][j] >= 0)) {
          throw new IllegalArgumentException(
              "costs[%d][%d] should not be negative: was %s".formatted(i, j, copy[i][j]));
        }
      }
    }
    return new TransitionGraph(copy);
  }

  /** B_ij ≈ −η·log p_ij from transition probabilities at one η; +∞ where p_ij is 0. */
  public static TransitionGraph estimated(double[][] probabilities, double learningRate) {
    int n = Checks.square("probabilities", probabilities);
    Checks.positive("learning rate", learningRate);
    double[][] costs = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double p = probabilities[i][j];
        if (!(p >= 0 && p <= 1)) {
          throw new IllegalArgumentException(
              "probabilities[%d][%d] should be between 0 and 1: was %s".formatted(i, j, p));
        }
        costs[i][j] = -learningRate * StrictMath.log(p);
      }
    }
    return of(costs);
  }

  public int size() {
    return costs.length;
  }

  /** B_ij. */
  public double cost(int i, int j) {
    return costs[i][j];
  }

  /** E_i of every basin; +∞ where some basin does not lead to i. O(n⁴). */
  public double[] energies() {
    double[] energies = new double[size()];
    for (int i = 0; i < energies.length; i++) {
      energies[i] = forestCost(i);
    }
    return energies;
  }

  /**
   * Occupation ∝ e^{−E_i/η}: which basins hold the mass as η → 0. It knows no prefactors.
   *
   * @param learningRate η in the unit the costs were taken in
   */
  public double[] occupation(double learningRate) {
    Checks.positive("learning rate", learningRate);
    double[] logs = energies();
    for (int i = 0; i < logs.length; i++) {
      logs[i] /= -learningRate;
    }
    return LogDomain.normalize("log occupations", logs);
  }

  /**
   * Least cost of a forest in which every other basin leads to one of the roots: Freidlin and
   * Wentzell's graphs of the set of roots. With one root, the least cost of a spanning tree.
   */
  public double forestCost(int... roots) {
    Elimination elimination = new Elimination(roots);
    return Arrays.stream(elimination.least, elimination.first, size()).sum();
  }

  /**
   * The exponent J_i of the mean time to reach any target from i: E_iτ ≍ e^{J_i/η}, and 0 on the
   * targets. J_i = min over forests rooted in the targets, less the min over forests rooted in the
   * targets and one further basin to which i leads.
   */
  public double[] hittingExponents(int... targets) {
    Elimination e = new Elimination(targets);
    int n = size();
    double[] exponents = new double[n];
    double[] result = new double[n];
    for (int s = e.first; s < n; s++) {
      double most = e.held[s];
      for (int j = e.first; j < s; j++) {
        if (e.costs[s][j] < Double.POSITIVE_INFINITY) {
          most = Math.max(most, exponents[j] - e.costs[s][j]);
        }
      }
      exponents[s] = e.least[s] + most;
      result[e.order[s]] = exponents[s];
    }
    return result;
  }

  /** J = max_i J_i, of the worst start: the time to find the targets from anywhere is ≍ e^{J/η}. */
  public double hittingExponent(int... targets) {
    return Arrays.stream(hittingExponents(targets)).max().orElseThrow();
  }

  /** The chain's elimination of all states but the roots, in exponents. */
  private final class Elimination {
    final int first;
    final int[] order;
    final double[][] costs;

    /** Exponent of the rate of leaving when the state was eliminated. */
    final double[] least;

    /** Exponent of the time spent per visit, less that of the rate of leaving. */
    final double[] held;

    Elimination(int... roots) {
      int n = size();
      boolean[] root = MarkovChain.targets(n, roots);
      order = MarkovChain.targetsFirst(root);
      costs = new double[n][n];
      least = new double[n];
      held = new double[n];
      int count = 0;
      for (int i = 0; i < n; i++) {
        count += root[i] ? 1 : 0;
        for (int j = 0; j < n; j++) {
          costs[i][j] = TransitionGraph.this.costs[order[i]][order[j]];
        }
      }
      first = count;
      for (int s = n - 1; s >= first; s--) {
        eliminate(s);
      }
    }

    private void eliminate(int s) {
      least[s] = Double.POSITIVE_INFINITY;
      for (int j = 0; j < s; j++) {
        least[s] = Math.min(least[s], costs[s][j]);
      }
      if (least[s] == Double.POSITIVE_INFINITY) {
        // Nothing leads on from s: whoever may get there may never arrive.
        for (int i = first; i < s; i++) {
          held[i] = costs[i][s] < Double.POSITIVE_INFINITY ? Double.POSITIVE_INFINITY : held[i];
        }
        return;
      }
      for (int i = first; i < s; i++) {
        double detour = costs[i][s] - least[s];
        held[i] = Math.max(held[i], held[s] - detour);
        for (int j = 0; j < s; j++) {
          if (j != i) {
            costs[i][j] = Math.min(costs[i][j], detour + costs[s][j]);
          }
        }
      }
    }
  }
}
