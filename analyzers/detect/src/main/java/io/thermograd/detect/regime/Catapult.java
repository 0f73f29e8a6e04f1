package io.thermograd.detect.regime;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the latest rise of the loss was a catapult: it ended with a sharpness at least a tenth
 * below the one before. Beyond 2/λ_max gradient descent climbs until it comes to where the
 * curvature lets it settle; what returns without that was noise, or a bad batch.
 *
 * <p>Only probes tell, λ_max of the Hessian as the trainer measures it: the reading before the
 * rise, if it is at most {@value #FRESH} steps old, and the latest of the rise, or the first within
 * as many steps of its end. Without either nothing is said. The sharpness from the stream is a mean
 * over hundreds of steps, and has both sides in it. O(1). One owner thread. Source: A. Lewkowycz et
 * al., arXiv:2003.02218.
 */
public final class Catapult {
  private static final long FRESH = 512;
  private static final double LOWERED = 0.9;

  private double latest = Double.NaN;
  private long latestStep;
  private double before = Double.NaN;
  private double after = Double.NaN;
  private boolean up;
  private boolean waits;
  private long since = -1;
  private long ended = -1;

  /**
   * Adds a step.
   *
   * @param high whether the loss has risen and is not back
   * @param probed λ_max at this step's parameters; NaN without a probe
   */
  void accept(long step, boolean high, double probed) {
    if (high && !up) {
      since = step;
      before = step - latestStep <= FRESH ? latest : Double.NaN;
      after = Double.NaN;
    } else if (!high && up) {
      ended = step;
      waits = true;
    }
    up = high;
    if (!(probed > 0) || Double.isInfinite(probed)) {
      return;
    }
    latest = probed;
    latestStep = step;
    if (up || (waits && step - ended <= FRESH)) {
      after = probed;
      waits = false;
    }
  }

  /** Whether the latest rise, if it is over or about to be, has lowered the sharpness. */
  public boolean lowered() {
    return after <= LOWERED * before;
  }

  /** λ_max before the latest rise, loss/param²; NaN while unknown. */
  public double before() {
    return before;
  }

  /** λ_max behind it; NaN while unknown. */
  public double after() {
    return after;
  }

  /** The first step of the latest rise; −1 before the first. */
  public long since() {
    return since;
  }

  /** Whether it is over, since no more than so many steps. */
  boolean endedWithin(long now, double steps) {
    return !up && ended >= 0 && now - ended <= steps;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(latest);
    out.writeLong(latestStep);
    out.writeDouble(before);
    out.writeDouble(after);
    out.writeBoolean(up);
    out.writeBoolean(waits);
    out.writeLong(since);
    out.writeLong(ended);
  }

  void readFrom(DataInput in) throws IOException {
    latest = in.readDouble();
    latestStep = in.readLong();
    before = in.readDouble();
    after = in.readDouble();
    up = in.readBoolean();
    waits = in.readBoolean();
    since = in.readLong();
    ended = in.readLong();
  }
}
