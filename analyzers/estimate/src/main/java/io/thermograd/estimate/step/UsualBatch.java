package io.thermograd.estimate.step;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The batch size in use. A step that differs from it alone, as the last of an epoch does where the
 * examples do not divide, is no change of settings; a second one in a row is. One owner thread.
 */
final class UsualBatch {
  private long usual;
  private boolean other;

  /**
   * Adds a step.
   *
   * @param size of its batch, positive
   * @return the size in use
   */
  long accept(long size) {
    if (usual == 0 || (size != usual && other)) {
      usual = size;
    }
    other = size != usual;
    return usual;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(usual);
    out.writeBoolean(other);
  }

  void readFrom(DataInput in) throws IOException {
    usual = in.readLong();
    other = in.readBoolean();
  }
}
