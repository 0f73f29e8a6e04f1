package io.thermograd.stream;

import io.thermograd.metrics.ThermogradMetrics;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.util.HashMap;
import java.util.Map;

/** Keeps the metrics catalogue up to date with what a worker does. One worker each. */
public final class MetricsListener implements WorkerListener {
  private final ThermogradMetrics metrics;
  private final Map<String, RunSummary.Status> ended = new HashMap<>();

  public MetricsListener(ThermogradMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void accepted(long events) {
    metrics.accepted(events);
  }

  @Override
  public void rejected(RejectionKind kind) {
    metrics.rejected(kind);
  }

  @Override
  public void skipped(long events) {
    metrics.skipped(events);
  }

  @Override
  public void lost(long records) {
    metrics.lost(records);
  }

  @Override
  public void live(Insight current, Map<String, String> labels) {
    metrics.publish(current, labels);
  }

  @Override
  public void run(RunSummary summary) {
    String runId = summary.started().getRunId();
    if (summary.status() == RunSummary.Status.RUNNING) {
      ended.remove(runId);
    } else {
      ended.put(runId, summary.status());
    }
  }

  @Override
  public void ended(String runId) {
    RunSummary.Status status = ended.remove(runId);
    if (status == null) {
      metrics.remove(runId);
    } else {
      metrics.finished(runId, status);
    }
  }

  @Override
  public void gone(String runId) {
    ended.remove(runId);
    metrics.remove(runId);
  }

  @Override
  public void alert(Alert alert) {
    metrics.alert(alert);
  }

  @Override
  public void lag(int partition, long records) {
    metrics.lag(partition, records);
  }

  @Override
  public void partitionGone(int partition) {
    metrics.partitionRevoked(partition);
  }

  @Override
  public void healthy(boolean healthy) {
    metrics.workerHealthy(healthy);
  }

  @Override
  public void snapshotWritten(int bytes) {
    metrics.snapshot(bytes);
  }

  @Override
  public void snapshotCorrupt() {
    metrics.snapshotCorrupt();
  }

  @Override
  public void forgotten() {
    metrics.forgotten();
  }

  @Override
  public void restarted() {
    metrics.workerRestarted();
  }
}
