package io.thermograd.stream;

import org.jspecify.annotations.Nullable;

/** One run in its partition: the fold, and what must be kept beside it to go on from a snapshot. */
final class RunEntry {
  final String runId;

  /** Null unless analysed. */
  @Nullable RunFold fold;

  /** Why there is no fold, if there is none. */
  Standing standing = Standing.ANALYSED;

  /** What there is of a run. The order is part of the snapshots' format. */
  enum Standing {
    ANALYSED,
    /** Finished long ago: the state has been dropped. */
    OVER,
    /** An internal error ended the analysis: no number is better than a wrong one. */
    BROKEN
  }

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

  /** Keeps nothing but the place in the topic. */
  void drop(Standing why) {
    fold = null;
    standing = why;
  }

  /** Begins again from nothing. */
  RunFold restart(AnalysisConfig config) {
    RunFold fresh = new RunFold(runId, config);
    fold = fresh;
    standing = Standing.ANALYSED;
    return fresh;
  }
}
