package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.random.Ziggurat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replica exchange (parallel tempering): R ladders, each with one walker at every temperature.
 * Walkers move by {@link MetropolisLangevin}; every so many steps neighbours k and k+1 of a ladder
 * are exchanged with probability min(1, exp((1/T_k − 1/T_{k+1})(f_k − f_{k+1}))), even and odd
 * pairs in turn. Both moves keep Π_k e^(−f(x_k)/T_k), so every temperature has its Gibbs law
 * exactly.
 *
 * <p>As an ensemble it shows the walkers at the lowest temperature: hot ones wander there over
 * barriers that a single chain does not cross. Cost: that of MetropolisLangevin times the number of
 * temperatures. Not thread-safe. Source: K. Hukushima, K. Nemoto, doi:10.1143/JPSJ.65.1604.
 */
public final class ReplicaExchange implements Ensemble {
  private final Landscape landscape;
  private final double[] temperatures;
  private final List<MetropolisLangevin> levels = new ArrayList<>();
  private final long interval;
  private final int ladders;
  private final Ziggurat random;
  private final double[][] values;
  private final long[] proposed;
  private final long[] swapped;

  /** Who is at a level: walker w of its ladder, w its first level. */
  private final int[][] walkers;

  /** Whether a walker has been at the top since it was last at the bottom. */
  private final boolean[][] cameFromTop;

  private long steps;
  private long roundTrips;

  /**
   * One temperature of the ladder.
   *
   * @param temperature T > 0
   * @param timeStep h > 0 of the proposals at this temperature
   */
  public record Rung(double temperature, double timeStep) {}

  private ReplicaExchange(
      Landscape landscape,
      List<Rung> rungs,
      long interval,
      double[] start,
      int ladders,
      long seed) {
    this.landscape = landscape;
    this.temperatures = rungs.stream().mapToDouble(Rung::temperature).toArray();
    this.interval = interval;
    this.ladders = ladders;
    int k = rungs.size();
    for (int i = 0; i < k; i++) {
      Rung rung = rungs.get(i);
      levels.add(
          MetropolisLangevin.at(
              landscape,
              rung.temperature,
              rung.timeStep,
              start,
              ladders,
              SplitMix64.stream(seed, i).nextLong()));
    }
    this.random = Ziggurat.stream(seed, k);
    this.values = new double[k][ladders];
    this.proposed = new long[k - 1];
    this.swapped = new long[k - 1];
    this.walkers = new int[k][ladders];
    for (int i = 0; i < k; i++) {
      Arrays.fill(walkers[i], i);
    }
    this.cameFromTop = new boolean[k][ladders];
    Arrays.fill(cameFromTop[k - 1], true);
  }

  /**
   * Ladders whose walkers all begin at {@code start}.
   *
   * @param rungs at least 2, temperatures rising
   * @param interval steps between attempts to exchange, at least 1
   * @param ladders R, independent of each other
   */
  public static ReplicaExchange at(
      Landscape landscape,
      List<Rung> rungs,
      long interval,
      double[] start,
      int ladders,
      long seed) {
    if (rungs.size() < 2) {
      throw new IllegalArgumentException("rungs should be at least 2: were " + rungs.size());
    }
    for (int i = 1; i < rungs.size(); i++) {
      if (!(rungs.get(i).temperature > rungs.get(i - 1).temperature)) {
        throw new IllegalArgumentException("temperatures should rise: were " + rungs);
      }
    }
    if (interval < 1) {
      throw new IllegalArgumentException("interval should be at least 1: was " + interval);
    }
    return new ReplicaExchange(landscape, rungs, interval, start, ladders, seed);
  }

  @Override
  public int dim() {
    return landscape.dim();
  }

  @Override
  public int replicas() {
    return ladders;
  }

  @Override
  public long steps() {
    return steps;
  }

  /** The positions at the lowest temperature. */
  @Override
  public double[] positions() {
    return level(0).positions();
  }

  /** The ensemble at temperature {@code k}, coldest first; to look at, and to place walkers. */
  public MetropolisLangevin level(int k) {
    return levels.get(k);
  }

  /** Share of the attempts between levels k and k+1 that exchanged; NaN before the first. */
  public double swapRate(int k) {
    return (double) swapped[k] / proposed[k];
  }

  /** How often a walker came to the lowest temperature from the highest, over all ladders. */
  public long roundTrips() {
    return roundTrips;
  }

  @Override
  public void step() {
    step(1);
  }

  @Override
  public void step(long count) {
    long left = count;
    while (left > 0) {
      long untilSwap = interval - steps % interval;
      long taken = Math.min(left, untilSwap);
      for (MetropolisLangevin level : levels) {
        level.step(taken);
      }
      steps += taken;
      left -= taken;
      if (taken == untilSwap) {
        exchange((int) (steps / interval % 2));
      }
    }
  }

  private void exchange(int firstPair) {
    for (int k = 0; k < levels.size(); k++) {
      landscape.values(level(k).positions(), ladders, values[k]);
    }
    for (int k = firstPair; k + 1 < levels.size(); k += 2) {
      double difference = 1 / temperatures[k] - 1 / temperatures[k + 1];
      for (int r = 0; r < ladders; r++) {
        proposed[k]++;
        if (Acceptance.accepts(difference * (values[k][r] - values[k + 1][r]), random)) {
          swapped[k]++;
          swap(k, r);
        }
      }
    }
    countRoundTrips();
  }

  private void swap(int k, int r) {
    double[] cold = level(k).positions();
    double[] hot = level(k + 1).positions();
    for (int i = r; i < cold.length; i += ladders) {
      double kept = cold[i];
      cold[i] = hot[i];
      hot[i] = kept;
    }
    int walker = walkers[k][r];
    walkers[k][r] = walkers[k + 1][r];
    walkers[k + 1][r] = walker;
  }

  private void countRoundTrips() {
    int top = levels.size() - 1;
    for (int r = 0; r < ladders; r++) {
      cameFromTop[walkers[top][r]][r] = true;
      int atBottom = walkers[0][r];
      if (cameFromTop[atBottom][r]) {
        cameFromTop[atBottom][r] = false;
        roundTrips++;
      }
    }
  }
}
