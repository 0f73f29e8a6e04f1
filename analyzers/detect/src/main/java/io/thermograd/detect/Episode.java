package io.thermograd.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A condition that comes and goes, reported once: it opens when the condition holds and closes
 * after it has not held for so many steps.
 */
final class Episode {
  private final int quietSteps;
  private boolean open;
  private long openedAt;
  private long lastHeld;

  Episode(int quietSteps) {
    this.quietSteps = quietSteps;
  }

  /** Whether this step opens an episode. */
  boolean accept(long step, boolean holds) {
    if (open && !holds && step - lastHeld > quietSteps) {
      open = false;
    }
    if (!holds) {
      return false;
    }
    lastHeld = step;
    if (open) {
      return false;
    }
    open = true;
    openedAt = step;
    return true;
  }

  boolean open() {
    return open;
  }

  long openedAt() {
    return openedAt;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(open);
    out.writeLong(openedAt);
    out.writeLong(lastHeld);
  }

  void readFrom(DataInput in) throws IOException {
    open = in.readBoolean();
    openedAt = in.readLong();
    lastHeld = in.readLong();
  }
}
