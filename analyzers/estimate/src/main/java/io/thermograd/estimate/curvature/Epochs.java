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
  private double before;
  private double batch;
  private long last = -1;

  Epochs(OptionalLong size) {
    this.size = size;
  }

  /** Adds a step; steps that are missing count as batches of its size. */
  void accept(long step, double examples) {
    if (size.isEmpty()) {
      return;
    }
    double missed = last < 0 ? 0 : examples * Math.max(0, step - last - 1);
    last = step;
    batch = Math.min(examples, size.getAsLong());
    before = used + missed;
    if (before + batch > size.getAsLong()) {
      before = 0;
    }
    used = before + batch;
  }

  /** Whether the step is the first of an epoch, as every one of independent draws. */
  boolean first() {
    return before == 0;
  }

  /** Share of the n examples that was left before the step; 1 for independent draws. */
  double left() {
    return size.isEmpty() ? 1 : 1 - before / size.getAsLong();
  }

  /** B/n, the share that the step takes; 0 for independent draws. */
  double share() {
    return size.isEmpty() ? 0 : batch / size.getAsLong();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(used);
    out.writeDouble(before);
    out.writeDouble(batch);
    out.writeLong(last);
  }

  void readFrom(DataInput in) throws IOException {
    used = in.readDouble();
    before = in.readDouble();
    batch = in.readDouble();
    last = in.readLong();
  }
}
