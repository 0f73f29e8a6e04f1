package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;

/** Gives a single fold's outputs on; a rejection is a mistake of the test. */
record ForwardTo(PartitionOutput output) implements FoldOutput {
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

  @Override
  public void reject(RejectionKind kind, String message) {
    throw new AssertionError(kind + ": " + message);
  }
}
