package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.metrics.ThermogradMetrics;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MetricsListenerTest {
  @Test
  void workerAndRunsShowInTheExposition() {
    try (ThermogradMetrics metrics = new ThermogradMetrics()) {
      MetricsListener listener = new MetricsListener(metrics);
      Random random = new Random(1);
      RunFold fold = new RunFold("a", WorkerHarness.ANALYSIS);
      Recorded out = new Recorded();
      fold.apply(Trainers.started("a", 0), new ForwardTo(out));
      fold.apply(Trainers.step("a", 0, 0, random), new ForwardTo(out));
      out.runs.forEach(listener::run);
      listener.accepted(2);
      listener.rejected(RejectionKind.DUPLICATE);
      listener.live(fold.current().orElseThrow(), fold.labels());
      listener.lag(3, 17);
      listener.snapshotWritten(1_000);
      listener.healthy(true);
      assertThat(metrics.scrape())
          .contains("thermograd_events_accepted_total 2.0")
          .contains("thermograd_events_rejected_total{reason=\"duplicate\"} 1.0")
          .contains("thermograd_batch_loss{")
          .contains("team=\"blue\"");
      assertThat(metrics.activeRuns()).isEqualTo(1);

      fold.apply(Trainers.finished("a", 0, 1_001), new ForwardTo(out));
      listener.run(out.runs.get(out.runs.size() - 1));
      listener.ended("a");
      assertThat(out.runs.get(out.runs.size() - 1).status()).isEqualTo(RunSummary.Status.COMPLETED);
      assertThat(metrics.scrape())
          .contains("thermograd_runs_finished_total{status=\"completed\"} 1.0");
      assertThat(metrics.activeRuns()).isZero();
    }
  }
}
