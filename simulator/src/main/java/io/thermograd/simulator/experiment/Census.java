package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.Grid2d;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/**
 * Where the replicas of a plane process were found, on a grid, by parts that are independent of one
 * another, so that the spread over the parts is the error of their mean.
 *
 * @param shares for every part the share of its samples in each cell; 1 in sum
 */
@SuppressWarnings("ArrayRecordComponent") // data to average, never compared
record Census(double[][] shares) {

  /**
   * How to take one. Times are in steps.
   *
   * @param parts how many, at least 2
   * @param burnIn steps before the first sample
   * @param every steps between samples
   * @param samples of each replica
   */
  record Plan(int parts, long burnIn, long every, int samples) {}

  /**
   * Runs one ensemble for each part.
   *
   * @param purpose tells this census' random numbers from others of the same seed
   */
  static Census take(
      Setting setting, long purpose, Grid2d grid, Plan plan, LongFunction<Ensemble> start) {
    SplitMix64 seeds = SplitMix64.stream(setting.seed(), purpose);
    long[] seed = new long[plan.parts()];
    Arrays.setAll(seed, part -> seeds.nextLong());
    List<double[]> shares =
        setting.workers().map(plan.parts(), part -> part(start.apply(seed[part]), grid, plan));
    return new Census(shares.toArray(double[][]::new));
  }

  private static double[] part(Ensemble ensemble, Grid2d grid, Plan plan) {
    double[] counts = new double[grid.cells()];
    int n = ensemble.replicas();
    ensemble.step(plan.burnIn());
    for (int s = 0; s < plan.samples(); s++) {
      ensemble.step(plan.every());
      double[] x = ensemble.positions();
      for (int r = 0; r < n; r++) {
        counts[grid.cell(x[r], x[n + r])]++;
      }
    }
    double total = (double) n * plan.samples();
    for (int c = 0; c < counts.length; c++) {
      counts[c] /= total;
    }
    return counts;
  }

  /** Probability of a set of cells. */
  Measured probability(IntPredicate cells) {
    return mean(
        part -> {
          double sum = 0;
          for (int c = 0; c < part.length; c++) {
            sum += cells.test(c) ? part[c] : 0;
          }
          return sum;
        });
  }

  /** Mean of a function that is given at the centres of the cells. */
  Measured expectation(double[] f) {
    return mean(
        part -> {
          double sum = 0;
          for (int c = 0; c < part.length; c++) {
            sum += part[c] * f[c];
          }
          return sum;
        });
  }

  /** Mean share of each cell. */
  double[] density() {
    double[] density = new double[shares[0].length];
    for (double[] part : shares) {
      for (int c = 0; c < density.length; c++) {
        density[c] += part[c] / shares.length;
      }
    }
    return density;
  }

  /** The parts from one to before another. */
  Census part(int from, int to) {
    return new Census(Arrays.copyOfRange(shares, from, to));
  }

  private Measured mean(ToDoubleFunction<double[]> f) {
    return Intervals.mean(Arrays.stream(shares).mapToDouble(f).toArray());
  }
}
