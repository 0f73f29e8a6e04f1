package io.thermograd.estimate.curvature;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Where epochs of n distinct examples begin, by counting: a batch that does not fit any more starts
 * the next one, whether the trainer drops an epoch's remainder or sends it as a smaller batch.
 * Independent draws have no epochs: every step may be a beginning. One owner thread.
 */
final class Epochs {
  private final OptionalLong size;
  private double used;
  private long last = -1;

  Epochs(OptionalLong size) {
    this.size = size;
  }

  /** Whether what came before this step is independent of its examples. */
  boolean begins(long step, double batch) {
    if (size.isEmpty()) {
      return true;
    }
    double missed = last < 0 ? 0 : batch * Math.max(0, step - last - 1);
    last = step;
    if (used == 0 || used + missed + batch > size.getAsLong()) {
      used = batch;
      return true;
    }
    used += missed + batch;
    return false;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(used);
    out.writeLong(last);
  }

  void readFrom(DataInput in) throws IOException {
    used = in.readDouble();
    last = in.readLong();
  }
}
