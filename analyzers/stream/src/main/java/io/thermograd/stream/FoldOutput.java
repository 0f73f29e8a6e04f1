package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;

/** Where a fold puts what it concludes. Called on the fold's own thread, in the fold's order. */
public interface FoldOutput {
  void insight(Insight insight);

  void alert(Alert alert);

  void run(RunSummary summary);

  /** The event being applied was not used; the message names field, value and remedy. */
  void reject(RejectionKind kind, String message);
}
