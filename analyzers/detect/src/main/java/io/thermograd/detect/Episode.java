package io.thermograd.detect;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A condition that comes and goes, reported once when it opens, again when its severity has changed
 * or its evidence has grown e-fold, and once when it has not held for so many steps.
 */
final class Episode {
  private boolean open;
  private long openedAt;
  private long lastHeld;
  private Severity severity = Severity.INFO;
  private double reported;

  /**
   * Adds a step at which the condition holds.
   *
   * @param evidence a positive number that grows with it, for example its steps
   * @return what to report; null for nothing
   */
  Alert.@Nullable State holds(long step, Severity newSeverity, double evidence) {
    lastHeld = step;
    if (!open) {
      open = true;
      openedAt = step;
      severity = newSeverity;
      reported = evidence;
      return Alert.State.OPENED;
    }
    if (newSeverity == severity && !(evidence >= Math.E * reported)) {
      return null;
    }
    severity = newSeverity;
    reported = Math.max(reported, evidence);
    return Alert.State.UPDATED;
  }

  /** Adds a step at which it does not hold; whether that closes the episode. */
  boolean ceases(long step, double quietSteps) {
    if (!open || step - lastHeld <= quietSteps) {
      return false;
    }
    open = false;
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
    out.writeByte(severity.ordinal());
    out.writeDouble(reported);
  }

  void readFrom(DataInput in) throws IOException {
    open = in.readBoolean();
    openedAt = in.readLong();
    lastHeld = in.readLong();
    severity = Severity.values()[in.readByte()];
    reported = in.readDouble();
  }
}
