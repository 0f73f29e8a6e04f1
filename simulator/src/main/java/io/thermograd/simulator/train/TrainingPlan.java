package io.thermograd.simulator.train;

import io.thermograd.simulator.optimize.LearningRate;

/**
 * How to train: heavy-ball SGD, v ← βv + ḡ, θ ← θ − ηv, where ḡ is the mean over m micro-batches of
 * b examples.
 *
 * @param momentum β in [0, 1); 0 is plain SGD
 * @param microBatches m
 * @param microBatchSize b, examples
 * @param steps the run's budget
 * @param stepsAfterNonFinite how many more steps to take after the first one whose loss or gradient
 *     is not finite, so that whoever watches sees the wreck; the run then ends as failed
 */
public record TrainingPlan(
    LearningRate learningRate,
    double momentum,
    int microBatches,
    int microBatchSize,
    SamplingScheme sampling,
    long steps,
    int stepsAfterNonFinite) {

  public TrainingPlan {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum should be in [0, 1): was " + momentum);
    }
    requireAtLeast("micro-batches", 1, microBatches);
    requireAtLeast("micro-batch size", 1, microBatchSize);
    requireAtLeast("steps", 1, steps);
    requireAtLeast("steps after non-finite", 0, stepsAfterNonFinite);
    Math.multiplyExact(microBatches, microBatchSize);
  }

  /** B = m·b. */
  public int batchSize() {
    return microBatches * microBatchSize;
  }

  private static void requireAtLeast(String name, long least, long x) {
    if (x < least) {
      throw new IllegalArgumentException(
          "%s should be at least %d: was %d".formatted(name, least, x));
    }
  }
}
