package io.thermograd.simulator.experiment;

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
}
