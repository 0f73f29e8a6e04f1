package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.util.ArrayList;
import java.util.List;

/** Everything a fold said, in order. */
final class Collected implements FoldOutput {
  final List<Object> all = new ArrayList<>();
  final List<Insight> insights = new ArrayList<>();
  final List<Alert> alerts = new ArrayList<>();
  final List<RunSummary> runs = new ArrayList<>();
  final List<Rejection> rejections = new ArrayList<>();

  @Override
  public void insight(Insight insight) {
    all.add(insight);
    insights.add(insight);
  }

  @Override
  public void alert(Alert alert) {
    all.add(alert);
    alerts.add(alert);
  }

  @Override
  public void run(RunSummary summary) {
    all.add(summary);
    runs.add(summary);
  }

  @Override
  public void reject(RejectionKind kind, String message) {
    Rejection rejection = new Rejection(kind, message);
    all.add(rejection);
    rejections.add(rejection);
  }
}
