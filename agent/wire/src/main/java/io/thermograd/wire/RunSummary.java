package io.thermograd.wire;

import io.thermograd.wire.proto.RunStarted;
import java.util.Locale;

/**
 * A run's entry in the directory of runs, written when an attempt starts and when it ends.
 *
 * @param started what the trainer said at the start
 * @param lastStep the last analysed step; −1 before the first
 * @param time seconds since the Unix epoch of the event that changed the entry
 */
public record RunSummary(RunStarted started, Status status, long lastStep, double time) {

  /** Where the attempt stands. */
  public enum Status {
    RUNNING,
    COMPLETED,
    FAILED,
    STOPPED;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The record key on {@link Topics#RUNS}. */
  public String key() {
    return started.getRunId() + "/" + started.getAttempt();
  }
}
