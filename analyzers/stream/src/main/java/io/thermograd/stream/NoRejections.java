package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;

/**
 * Hears nothing, and throws where an event is refused: for folds of which only the state is wanted
 * and whose events are known to be good. Stateless.
 */
public final class NoRejections implements FoldOutput {
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
