package io.thermograd.simulator.dynamics;

/**
 * R replicas of one stochastic process in R^d, advanced together and independent of one another
 * unless the process says otherwise (replica exchange). Everything follows from the seed.
 *
 * <p>Not thread-safe: to use several cores, make several ensembles with seeds of their own.
 */
public interface Ensemble {

  /** d. */
  int dim();

  /** R. */
  int replicas();

  /** Steps taken so far. */
  long steps();

  /**
   * The positions themselves, not a copy: coordinate i of replica r at {@code i·R + r}. The caller
   * may write to it between steps, to restart a replica elsewhere.
   */
  double[] positions();

  /** Advances every replica by one step. */
  void step();

  /** Advances every replica by {@code count} steps. */
  default void step(long count) {
    for (long s = 0; s < count; s++) {
      step();
    }
  }
}
