package io.thermograd.simulator.experiment;

import io.thermograd.simulator.random.SplitMix64;

/**
 * How to run an experiment.
 *
 * @param seed of everything random
 * @param quick whether to spend seconds instead of minutes: fewer replicas and wider tolerances,
 *     the same claims
 * @param workers where to run replicas side by side
 */
public record Setting(long seed, boolean quick, Workers workers) {

  /** The first in quick runs, the second in full ones. */
  public int size(int quickSize, int fullSize) {
    return quick ? quickSize : fullSize;
  }

  /**
   * A seed for one part of an experiment; equal for equal arguments, unrelated for others.
   *
   * @param experiment its {@link Experiment#name}, so that no two draw the same numbers
   * @param part of the experiment
   */
  public long seed(String experiment, long part) {
    return SplitMix64.stream(SplitMix64.stream(seed, experiment.hashCode()).nextLong(), part)
        .nextLong();
  }
}
