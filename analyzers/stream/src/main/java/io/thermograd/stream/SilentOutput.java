package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;

/** Hears nothing. */
final class SilentOutput implements PartitionOutput {
  @Override
  public void insight(Insight insight) {}

  @Override
  public void alert(Alert alert) {}

  @Override
  public void run(RunSummary summary) {}

  @Override
  public void deadLetter(DeadLetter letter) {}
}
