package io.thermograd.simulator.train;

import io.thermograd.simulator.optimize.BatchSizeSchedule;

/**
 * What a step consists of: every rank's micro-batches of b examples.
 *
 * @param ranks that send each step
 * @param perRank micro-batches of each rank
 * @param microBatchSize b, which may change with the step
 */
public record Batches(int ranks, int perRank, BatchSizeSchedule microBatchSize) {
  public Batches {
    TrainingPlan.requireAtLeast("ranks", 1, ranks);
    TrainingPlan.requireAtLeast("micro-batches", 1, perRank);
    Math.multiplyExact(Math.multiplyExact(ranks, perRank), microBatchSize.largest());
  }

  /** One rank with {@code microBatches} of {@code size} examples. */
  public static Batches of(int microBatches, int size) {
    return new Batches(1, microBatches, BatchSizeSchedule.constant(size));
  }

  /** m, over all ranks. */
  public int microBatches() {
    return ranks * perRank;
  }

  /** B of a step: m·b. */
  public int batchSize(long step) {
    return microBatches() * microBatchSize.at(step);
  }

  /** The largest B of any step. */
  public int largest() {
    return microBatches() * microBatchSize.largest();
  }
}
