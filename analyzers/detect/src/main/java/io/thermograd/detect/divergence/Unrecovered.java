package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A divergence that has ended on a level above the one before it, until the loss is back there. The
 * first counts: a second one from the worse level changes nothing. One owner thread.
 */
final class Unrecovered {
  private boolean worse;
  private long since;
  private double level;
  private double bound;

  /** A divergence has ended where it is. */
  void settle(Rise rise) {
    if (!worse) {
      worse = true;
      since = rise.since();
      level = rise.before();
      bound = rise.bound();
    }
  }

  /** The level of the last steps, spikes aside. */
  void look(double now) {
    worse &= now > bound;
  }

  void clear() {
    worse = false;
  }

  boolean worse() {
    return worse;
  }

  /** The first step of that divergence. */
  long since() {
    return since;
  }

  /** The level before it. */
  double level() {
    return level;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(worse);
    out.writeLong(since);
    out.writeDouble(level);
    out.writeDouble(bound);
  }

  void readFrom(DataInput in) throws IOException {
    worse = in.readBoolean();
    since = in.readLong();
    level = in.readDouble();
    bound = in.readDouble();
  }
}
