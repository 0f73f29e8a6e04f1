package io.thermograd.accuracy;

import io.thermograd.stream.FoldOutput;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;

/** Hears nothing, and fails a test of which an event is refused. */
final class NoRejections implements FoldOutput {
  @Override
  public void insight(Insight insight) {}

  @Override
  public void alert(Alert alert) {}

  @Override
  public void run(RunSummary summary) {}

  @Override
  public void reject(RejectionKind kind, String message) {
    throw new AssertionError(kind + ": " + message);
  }
}
