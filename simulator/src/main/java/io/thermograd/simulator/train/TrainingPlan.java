package io.thermograd.simulator.train;

import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import java.util.List;

/**
 * How to train. Each step's gradient is the mean over its micro-batches.
 *
 * @param steps the run's budget
 * @param stepsAfterNonFinite how many more steps to take after the first one whose loss or gradient
 *     is not finite, so that whoever watches sees the wreck; the run then ends as failed
 * @param faults what goes wrong on the way
 */
public record TrainingPlan(
    OptimizerSettings optimizer,
    LearningRate learningRate,
    Batches batches,
    long steps,
    int stepsAfterNonFinite,
    List<Fault> faults) {

  /** Long enough to be seen, short enough not to be waited for. */
  public static final int DEFAULT_STEPS_AFTER_NON_FINITE = 200;

  public TrainingPlan {
    requireAtLeast("steps", 1, steps);
    requireAtLeast("steps after non-finite", 0, stepsAfterNonFinite);
    faults = List.copyOf(faults);
    for (Fault fault : faults) {
      if (fault instanceof Fault.StaleRank stale && stale.rank() >= batches.ranks()) {
        throw new IllegalArgumentException(
            "stale rank should be below the number of ranks, %d: was %d"
                .formatted(batches.ranks(), stale.rank()));
      }
      if (fault instanceof Fault.NonFinite broken
          && broken.microBatch() >= batches.microBatches()) {
        throw new IllegalArgumentException(
            "broken micro-batch should be below their number, %d: was %d"
                .formatted(batches.microBatches(), broken.microBatch()));
      }
    }
  }

  /** Without faults, going on for a while after something is no longer finite. */
  public static TrainingPlan of(
      OptimizerSettings optimizer, LearningRate learningRate, Batches batches, long steps) {
    return new TrainingPlan(
        optimizer, learningRate, batches, steps, DEFAULT_STEPS_AFTER_NON_FINITE, List.of());
  }

  /** The same with another budget. */
  public TrainingPlan withSteps(long newSteps) {
    return new TrainingPlan(
        optimizer, learningRate, batches, newSteps, stepsAfterNonFinite, faults);
  }

  /** The same with something that goes wrong. */
  public TrainingPlan withFaults(Fault... newFaults) {
    return new TrainingPlan(
        optimizer, learningRate, batches, steps, stepsAfterNonFinite, List.of(newFaults));
  }

  static void requireAtLeast(String name, long least, long x) {
    if (x < least) {
      throw new IllegalArgumentException(
          "%s should be at least %d: was %d".formatted(name, least, x));
    }
  }
}
