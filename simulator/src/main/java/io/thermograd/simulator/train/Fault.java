package io.thermograd.simulator.train;

/** Something that goes wrong on purpose. */
public sealed interface Fault {

  /**
   * One element of one micro-batch's gradient is NaN in one step, as after a broken read or a
   * faulty device. θ is NaN from the next step on.
   *
   * @param microBatch counted over all ranks
   */
  record NonFinite(long step, int microBatch, int element) implements Fault {
    public NonFinite {
      if (step < 0 || microBatch < 0 || element < 0) {
        throw new IllegalArgumentException(
            "step, micro-batch and element should be at least 0: were %d, %d and %d"
                .formatted(step, microBatch, element));
      }
    }
  }

  /**
   * One rank misses every update from a step on: it keeps the parameters of step {@code from}, and
   * sends gradients taken there, until it is given the right ones again.
   *
   * @param rank at least 1: rank 0 holds the run's parameters
   * @param until first step at which it is right again
   */
  record StaleRank(int rank, long from, long until) implements Fault {
    public StaleRank {
      if (rank < 1) {
        throw new IllegalArgumentException("stale rank should be at least 1: was " + rank);
      }
      if (from < 0 || until <= from) {
        throw new IllegalArgumentException(
            "stale steps should be a range from 0 on: were %d to %d".formatted(from, until));
      }
    }

    /** Whether the rank must not be given the parameters of this step. */
    boolean holds(long step) {
      return step > from && step < until;
    }
  }
}
