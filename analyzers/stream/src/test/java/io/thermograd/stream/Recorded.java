package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;
import java.util.ArrayList;
import java.util.List;

/** Keeps everything that a partition's fold says. */
final class Recorded implements PartitionOutput {
  final List<Insight> insights = new ArrayList<>();
  final List<Alert> alerts = new ArrayList<>();
  final List<RunSummary> runs = new ArrayList<>();
  final List<DeadLetter> deadLetters = new ArrayList<>();

  static Recorded discard() {
    return new Recorded();
  }

  @Override
  public void insight(Insight insight) {
    insights.add(insight);
  }

  @Override
  public void alert(Alert alert) {
    alerts.add(alert);
  }

  @Override
  public void run(RunSummary summary) {
    runs.add(summary);
  }

  @Override
  public void deadLetter(DeadLetter letter) {
    deadLetters.add(letter);
  }
}
