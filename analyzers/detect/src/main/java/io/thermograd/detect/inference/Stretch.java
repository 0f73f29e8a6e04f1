package io.thermograd.detect.inference;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.step.TrainingStep;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Which steps are averaged: those since the loss stopped moving at the settings of the latest step.
 *
 * <pre>
 *              flat or undecided
 *   waiting ────────────────────────► averaging
 *           ◄────────────────────────
 *     other settings, the loss soars, or moves for as long as its slope looks back
 * </pre>
 *
 * <p>A slope that is significant for a moment, as one in twenty is by chance, ends nothing. What is
 * averaged may be published once the loss has been found flat. O(1). One owner thread.
 */
final class Stretch {
  /** What a step asks of the averages. */
  enum Change {
    NONE,
    BEGINS,
    ENDS
  }

  private static final double SAME = 0.02;

  private boolean averaging;
  private boolean flat;
  private long moving;
  private double rate;
  private long batch;

  /**
   * Adds one step.
   *
   * @param batchSize in use
   */
  Change accept(TrainingStep step, long batchSize, Standing standing) {
    boolean same = sameSettings(step, batchSize);
    Drift drift = standing.drift();
    boolean moves = drift == Drift.FALLING || drift == Drift.RISING;
    moving = moves ? moving + 1 : 0;
    if (averaging && (!same || moving > Math.max(1, standing.window()))) {
      averaging = false;
      flat = false;
      return Change.ENDS;
    }
    if (!averaging && same && (drift == Drift.FLAT || drift == Drift.UNDECIDED)) {
      averaging = true;
      flat = drift == Drift.FLAT;
      return Change.BEGINS;
    }
    flat |= averaging && drift == Drift.FLAT;
    return Change.NONE;
  }

  /** Ends it, whatever the slope says. */
  void interrupt() {
    averaging = false;
    flat = false;
    moving = 0;
  }

  private boolean sameSettings(TrainingStep step, long batchSize) {
    Double given = step.learningRate();
    double now = given == null ? rate : given;
    boolean same =
        Math.abs(now - rate) <= SAME * rate && Math.abs(batchSize - batch) <= SAME * batch;
    if (!same) {
      rate = now;
      batch = batchSize;
    }
    return same;
  }

  boolean averaging() {
    return averaging;
  }

  /** Whether the averages may be published. */
  boolean stationary() {
    return averaging && flat;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(averaging);
    out.writeBoolean(flat);
    out.writeLong(moving);
    out.writeDouble(rate);
    out.writeLong(batch);
  }

  void readFrom(DataInput in) throws IOException {
    averaging = in.readBoolean();
    flat = in.readBoolean();
    moving = in.readLong();
    rate = in.readDouble();
    batch = in.readLong();
  }
}
