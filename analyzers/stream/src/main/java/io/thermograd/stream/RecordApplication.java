package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import org.jspecify.annotations.Nullable;

/** One record on its way through a run's fold: hands on what the fold says of it. */
final class RecordApplication implements FoldOutput {
  private final PartitionOutput output;
  private final long offset;
  private final byte @Nullable [] key;
  private final byte @Nullable [] value;
  private boolean rejected;

  RecordApplication(
      PartitionOutput output, long offset, byte @Nullable [] key, byte @Nullable [] value) {
    this.output = output;
    this.offset = offset;
    this.key = key;
    this.value = value;
  }

  PartitionOutput output() {
    return output;
  }

  long offset() {
    return offset;
  }

  boolean rejected() {
    return rejected;
  }

  @Override
  public void insight(Insight insight) {
    output.insight(insight);
  }

  @Override
  public void alert(Alert alert) {
    output.alert(alert);
  }

  @Override
  public void run(RunSummary summary) {
    output.run(summary);
  }

  /** A record is rejected once, for its first reason. */
  @Override
  public void reject(RejectionKind kind, String message) {
    if (!rejected) {
      rejected = true;
      output.deadLetter(new DeadLetter(kind, message, offset, key, value));
    }
  }

  /** For a run that is known but no longer analysed. */
  void rejectWithoutFold(RunEntry entry) {
    String next = "start attempt " + (entry.attempt + 1L);
    if (entry.standing == RunEntry.Standing.OVER) {
      reject(
          RejectionKind.OUT_OF_ORDER,
          "run_id '" + entry.runId + "' has finished long ago: " + next + " or use another run_id");
    } else {
      reject(
          RejectionKind.INVALID,
          "run_id '"
              + entry.runId
              + "' is not analysed since an internal error (see the analyzer's log): "
              + next);
    }
  }
}
