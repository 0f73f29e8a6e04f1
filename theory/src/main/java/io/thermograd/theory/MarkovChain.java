package io.thermograd.theory;

import java.util.Arrays;

/**
 * Stationary law and hitting times of a finite chain, from transition probabilities or rates; the
 * diagonal is ignored. States are eliminated one by one without a subtraction, so that every
 * component has small relative error however small it is.
 *
 * <p>O(n³). Pure functions; bad input is an {@link IllegalArgumentException} that names the
 * argument and the value.
 *
 * <p>Source: W. Grassmann, M. Taksar, D. Heyman, Operations Research 33, 1985,
 * doi:10.1287/opre.33.5.1107.
 */
public final class MarkovChain {
  private MarkovChain() {}

  /**
   * π with πP = π and sum 1.
   *
   * @param rates [i][j] ≥ 0 from i to j, irreducible
   */
  public static double[] stationary(double[][] rates) {
    double[][] q = copy(rates);
    int n = q.length;
    double[] out = new double[n];
    for (int s = n - 1; s > 0; s--) {
      out[s] = eliminate(q, s, s);
    }
    double[] law = new double[n];
    law[0] = 1;
    double sum = 1;
    for (int s = 1; s < n; s++) {
      for (int j = 0; j < s; j++) {
        law[s] += law[j] * q[j][s];
      }
      law[s] /= out[s];
      sum += law[s];
    }
    for (int s = 0; s < n; s++) {
      law[s] /= sum;
    }
    return law;
  }

  /**
   * Mean time to reach any of the targets from every state, 0 on them: in steps if probabilities
   * were given, in the unit of time of the rates otherwise.
   *
   * @param targets at least one, reachable from everywhere
   */
  public static double[] hittingTimes(double[][] rates, int... targets) {
    double[][] q = copy(rates);
    int n = q.length;
    boolean[] target = targets(n, targets);
    int[] order = targetsFirst(target);
    int first = targets(target);
    double[][] p = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        p[i][j] = q[order[i]][order[j]];
      }
    }
    // Time spent per visit, times the rate of leaving.
    double[] held = new double[n];
    Arrays.fill(held, first, n, 1);
    double[] out = new double[n];
    for (int s = n - 1; s >= first; s--) {
      out[s] = eliminate(p, s, s);
      for (int i = first; i < s; i++) {
        held[i] += p[i][s] * held[s] / out[s];
      }
    }
    double[] times = new double[n];
    double[] result = new double[n];
    for (int s = first; s < n; s++) {
      double sum = held[s];
      for (int j = first; j < s; j++) {
        sum += p[s][j] * times[j];
      }
      times[s] = sum / out[s];
      result[order[s]] = times[s];
    }
    return result;
  }

  /**
   * Adds the detours over s to the rates among the states before it; returns s's rate of leaving.
   */
  private static double eliminate(double[][] q, int s, int before) {
    double out = 0;
    for (int j = 0; j < before; j++) {
      out += q[s][j];
    }
    if (!(out > 0)) {
      throw new IllegalArgumentException(
          "rates should lead from every state to the others: they do not lead on from one of them");
    }
    for (int i = 0; i < before; i++) {
      if (q[i][s] > 0) {
        for (int j = 0; j < before; j++) {
          if (j != i) {
            q[i][j] += q[i][s] * (q[s][j] / out);
          }
        }
      }
    }
    return out;
  }

  /** Positions of the states, targets before all others. */
  static int[] targetsFirst(boolean[] target) {
    int[] order = new int[target.length];
    int next = 0;
    for (boolean wanted : new boolean[] {true, false}) {
      for (int i = 0; i < target.length; i++) {
        if (target[i] == wanted) {
          order[next++] = i;
        }
      }
    }
    return order;
  }

  static boolean[] targets(int n, int... targets) {
    Checks.atLeast("number of targets", 1, targets.length);
    boolean[] target = new boolean[n];
    for (int t : targets) {
      if (t < 0 || t >= n) {
        throw new IllegalArgumentException(
            "target should be between 0 and %d: was %d".formatted(n - 1, t));
      }
      target[t] = true;
    }
    return target;
  }

  private static int targets(boolean[] target) {
    int count = 0;
    for (boolean t : target) {
      count += t ? 1 : 0;
    }
    return count;
  }

  private static double[][] copy(double[][] rates) {
    int n = Checks.square("rates", rates);
    double[][] q = new double[n][];
    for (int i = 0; i < n; i++) {
      q[i] = rates[i].clone();
      for (int j = 0; j < n; j++) {
        if (i != j && !(q[i][j] >= 0)) {
          Checks.nonNegative("rates[%d][%d]".formatted(i, j), q[i][j]);
        }
      }
    }
    return q;
  }
}
