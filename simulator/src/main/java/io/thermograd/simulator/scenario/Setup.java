package io.thermograd.simulator.scenario;

/**
 * What whoever starts a scenario may choose.
 *
 * @param seed of everything random
 * @param runId the run's name on the wire
 * @param steps the run's budget
 */
public record Setup(long seed, String runId, long steps) {
  public Setup {
    if (runId.isBlank()) {
      throw new IllegalArgumentException("run id should not be empty: was '" + runId + "'");
    }
    if (steps < 1) {
      throw new IllegalArgumentException("steps should be at least 1: was " + steps);
    }
  }
}
