package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.util.Map;

/**
 * What a worker tells about itself while it works; called on the worker's thread, so it must be
 * quick. Counts are of this process: a record that is read again after a restart is counted again.
 *
 * <p>records read = {@link #accepted} + {@link #rejected} + {@link #skipped}.
 */
public interface WorkerListener {
  WorkerListener NONE = new WorkerListener() {};

  /** Events used. */
  default void accepted(long events) {}

  /** One event was not used and went to the dead letters. */
  default void rejected(RejectionKind kind) {}

  /** Events read again whose effect a snapshot already held. */
  default void skipped(long events) {}

  /** What is known of a live run now; a few times a second at most. */
  default void live(Insight current, Map<String, String> labels) {}

  /** An attempt has started or ended. */
  default void run(RunSummary summary) {}

  /** A live run's newest attempt has ended; its last values were published just before. */
  default void ended(String runId) {}

  /** A run is not live here any more: silent, or another worker's. */
  default void gone(String runId) {}

  /** An alert was raised. */
  default void alert(Alert alert) {}

  /** How many records of a partition the worker has not read yet. */
  default void lag(int partition, long records) {}

  /** The partition is another worker's now. */
  default void partitionGone(int partition) {}

  /** Whether the worker works; told about once a second, and when it fails. */
  default void healthy(boolean healthy) {}

  /** How many runs the worker keeps. */
  default void runs(int kept) {}

  /** A snapshot was written. */
  default void snapshotWritten(int bytes) {}

  /** A snapshot could not be read; the run is rebuilt from the topic. */
  default void snapshotCorrupt() {}

  /** A run was forgotten to bound the memory. */
  default void forgotten() {}

  /** Records that retention deleted before they were analysed. */
  default void lost(long records) {}

  /** The worker failed and begins again from its last commit. */
  default void restarted() {}
}
