package io.thermograd.stream;

import org.jspecify.annotations.Nullable;

/** One run in its partition: the fold, and what must be kept beside it to go on from a snapshot. */
final class RunEntry {
  final String runId;

  /** Null once an internal error ended the analysis: no number is better than a wrong one. */
  @Nullable RunFold fold;

  /** Of the run's last record that this state has seen, used or not. */
  long includedOffset = -1;

  /** The partition's count of run starts at that record. */
  long starts;

  /** Newest attempt that has started. */
  int attempt;

  /** Where the newest durable snapshot lies; null when there is none. */
  @Nullable String snapshotKey;

  RunEntry(String runId, @Nullable RunFold fold) {
    this.runId = runId;
    this.fold = fold;
  }

  boolean finished() {
    RunFold f = fold;
    return f == null || f.finished();
  }
}
