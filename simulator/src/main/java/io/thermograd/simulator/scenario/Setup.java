package io.thermograd.simulator.scenario;

/**
 * What whoever starts a scenario may choose.
 *
 * @param seed of everything random
 * @param runId the run's name on the wire
 * @param steps the run's budget
 * @param probeEvery steps from one curvature probe to the next; 0 for what the scenario does
 * @param layerSketchDim most floats of a layer's sketch; 0 to send none
 */
public record Setup(long seed, String runId, long steps, long probeEvery, int layerSketchDim) {

  /** Without layer sketches. */
  public Setup(long seed, String runId, long steps, long probeEvery) {
    this(seed, runId, steps, probeEvery, 0);
  }

  /** With the scenario's own probes. */
  public Setup(long seed, String runId, long steps) {
    this(seed, runId, steps, 0);
  }

  public Setup {
    if (runId.isBlank()) {
      throw new IllegalArgumentException("run id should not be empty: was '" + runId + "'");
    }
    if (steps < 1) {
      throw new IllegalArgumentException("steps should be at least 1: was " + steps);
    }
    if (probeEvery < 0) {
      throw new IllegalArgumentException(
          "steps between probes should be at least 0: was " + probeEvery);
    }
    if (layerSketchDim < 0) {
      throw new IllegalArgumentException(
          "layer sketch dim should be at least 0: was " + layerSketchDim);
    }
  }
}
