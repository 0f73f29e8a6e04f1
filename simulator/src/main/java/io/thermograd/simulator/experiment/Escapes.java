package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.random.SplitMix64;
import java.util.List;

/**
 * Mean times to get from a point into a region, measured with replicas that begin again whenever
 * they have arrived. For times that are long compared with the relaxation in the well that holds
 * the starting point: then they are exponential, and it does no harm that observation ends.
 */
final class Escapes {
  private static final int PARTS = 8;

  /** Fewer looks than one in a thousandth of the expected time, so that dates are 0.05 % late. */
  private static final double LOOKS = 1000;

  private Escapes() {}

  /** Makes an ensemble whose randomness follows from the seed. */
  @FunctionalInterface
  interface Start {
    Ensemble with(long seed);
  }

  /**
   * The mean in steps, from at least {@code events} arrivals, with Garwood's interval.
   *
   * @param purpose tells this measurement's random numbers from others of the same seed
   * @param start makes the ensemble, all replicas at {@code from}
   * @param expectedSteps the mean within a factor of a few; decides how often to look and when to
   *     give up: after a hundred times as long as it should take
   */
  static Measured meanSteps(
      Setting setting,
      long purpose,
      int events,
      Start start,
      double[] from,
      FirstPassage.Region target,
      double expectedSteps) {
    SplitMix64 seeds = SplitMix64.stream(setting.seed(), purpose);
    long[] seed = new long[PARTS];
    for (int part = 0; part < PARTS; part++) {
      seed[part] = seeds.nextLong();
    }
    int each = (events + PARTS - 1) / PARTS;
    long every = (long) Math.max(1, expectedSteps / LOOKS);
    List<FirstPassage.Passages> parts =
        setting
            .workers()
            .map(
                PARTS,
                part -> {
                  Ensemble ensemble = start.with(seed[part]);
                  double steps = expectedSteps * (1 + (double) each / ensemble.replicas());
                  return FirstPassage.repeated(
                      ensemble,
                      target,
                      FirstPassage.restartAt(ensemble, from),
                      every,
                      each,
                      (long) (100 * steps));
                });
    long seen = parts.stream().mapToLong(part -> part.times().length).sum();
    double exposure = parts.stream().mapToDouble(FirstPassage.Passages::exposure).sum();
    return Intervals.exponentialMean(seen, exposure);
  }
}
