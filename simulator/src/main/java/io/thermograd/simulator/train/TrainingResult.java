package io.thermograd.simulator.train;

import io.thermograd.wire.proto.RunFinished;

/**
 * How a training ended.
 *
 * @param steps steps taken
 * @param firstNonFinite the first step whose loss or gradient was not finite, or −1
 * @param theta the final parameters
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, a copy already
public record TrainingResult(Ending ending, long steps, long firstNonFinite, double[] theta) {

  /** The final parameters as gradients would be taken at them. */
  public float[] rounded() {
    float[] rounded = new float[theta.length];
    for (int p = 0; p < rounded.length; p++) {
      rounded[p] = (float) theta[p];
    }
    return rounded;
  }

  /** Why it ended. */
  public enum Ending {
    /** The budget was used up. */
    COMPLETED(RunFinished.Status.COMPLETED),
    /** Loss or gradient had become infinite or NaN. */
    NON_FINITE(RunFinished.Status.FAILED),
    /** Somebody asked for it. */
    STOPPED(RunFinished.Status.STOPPED);

    private final RunFinished.Status wire;

    Ending(RunFinished.Status wire) {
      this.wire = wire;
    }

    /** The name in the schema. */
    public RunFinished.Status wire() {
      return wire;
    }
  }
}
