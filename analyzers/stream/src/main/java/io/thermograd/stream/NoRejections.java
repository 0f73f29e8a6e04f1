package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;

/**
 * Hears nothing, and throws where an event is refused: for folds whose events are known to be good.
 * What is to be heard is overridden. Stateless.
 */
public class NoRejections implements FoldOutput {
  @Override
  public void insight(Insight insight) {}

  @Override
  public void alert(Alert alert) {}

  @Override
  public void run(RunSummary summary) {}

  /** Throws {@link IllegalStateException} with kind and message. */
  @Override
  public void reject(RejectionKind kind, String message) {
    throw new IllegalStateException(kind + ": " + message);
  }
}
