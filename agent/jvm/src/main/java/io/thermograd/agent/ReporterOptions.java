package io.thermograd.agent;

import java.time.Duration;

/**
 * How a {@link RunReporter} bounds what it may cost training.
 *
 * @param queueBytes most memory for events that wait to be sent, bytes; beyond it events are
 *     dropped and counted
 * @param flushDeadline longest that {@link RunReporter#close} takes
 * @param announce whether this process sends the run's RunStarted and RunFinished; false on all
 *     ranks but one of a data-parallel run
 * @param closeOnExit whether a shutdown hook closes a reporter that the program left open
 */
public record ReporterOptions(
    long queueBytes, Duration flushDeadline, boolean announce, boolean closeOnExit) {

  public ReporterOptions {
    if (queueBytes < 1) {
      throw new IllegalArgumentException("queueBytes should be at least 1: was " + queueBytes);
    }
    if (flushDeadline.isNegative() || flushDeadline.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "flushDeadline should be from 0 s to 1 day: was " + flushDeadline);
    }
  }

  /** 64 MiB, 10 s, announcing, closed at exit. */
  public static ReporterOptions defaults() {
    return new ReporterOptions(64L << 20, Duration.ofSeconds(10), true, true);
  }

  public ReporterOptions withQueueBytes(long bytes) {
    return new ReporterOptions(bytes, flushDeadline, announce, closeOnExit);
  }

  public ReporterOptions withFlushDeadline(Duration deadline) {
    return new ReporterOptions(queueBytes, deadline, announce, closeOnExit);
  }

  public ReporterOptions withAnnounce(boolean announces) {
    return new ReporterOptions(queueBytes, flushDeadline, announces, closeOnExit);
  }

  public ReporterOptions withCloseOnExit(boolean closes) {
    return new ReporterOptions(queueBytes, flushDeadline, announce, closes);
  }
}
