package io.thermograd.stream;

import org.jspecify.annotations.Nullable;

/**
 * How a worker is, as seen from any thread.
 *
 * @param lastPollAgeMillis since the last poll returned; −1 before the first
 * @param lastError of the last restart, one line; null if there was none
 * @param partitions owned now
 * @param runs kept now
 * @param processed records read by this process: accepted, rejected and skipped
 * @param recordsPerSecond of the last second or so
 * @param lag records of the owned partitions that are not read yet
 */
public record WorkerHealth(
    State state,
    long lastPollAgeMillis,
    @Nullable String lastError,
    int restarts,
    int partitions,
    int runs,
    long processed,
    double recordsPerSecond,
    long lag) {

  /** What the worker is doing. */
  public enum State {
    STARTING,
    RUNNING,
    /** Waiting to begin again from the last commit. */
    RESTARTING,
    /** Closed. */
    STOPPED,
    /** Its thread ended although nobody closed it. */
    DEAD
  }

  /** Whether it works and polls. */
  public boolean ok() {
    return state == State.RUNNING && lastPollAgeMillis < 30_000;
  }
}
