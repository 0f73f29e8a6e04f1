package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary.Status;
import io.thermograd.wire.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThermogradMetricsTest {
  private final SettableClock clock = new SettableClock(1_000.2);
  private final ThermogradMetrics metrics =
      new ThermogradMetrics(
          new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), clock, Duration.ofSeconds(60));

  @AfterEach
  void close() {
    metrics.close();
  }

  private @Nullable Double value(String series) {
    return Scrape.of(metrics).value(series);
  }

  @Test
  void aQuantityIsThreeSeriesWithItsEstimator() {
    metrics.publish(
        Insights.with("r", 5, Map.of("noise_trace", Quantity.of(2.5, 2, 3, "within_step"))),
        Map.of("team", "vision"));

    Scrape s = Scrape.of(metrics);
    String labels = "{estimator=\"within_step\",run=\"r\",team=\"vision\"}";
    assertThat(s.value("thermograd_noise_trace" + labels)).isEqualTo(2.5);
    assertThat(s.value("thermograd_noise_trace_lower" + labels)).isEqualTo(2.0);
    assertThat(s.value("thermograd_noise_trace_upper" + labels)).isEqualTo(3.0);
    assertThat(s.value("thermograd_step{run=\"r\",team=\"vision\"}")).isEqualTo(5.0);
  }

  @Test
  void whatIsNotIdentifiedAnyMoreHasNoSeries() {
    metrics.publish(
        Insights.with("r", 1, Map.of("noise_trace", Quantity.of(2.5, 2, 3, "within_step"))),
        Map.of());
    metrics.publish(Insights.with("r", 2, Map.of()), Map.of());

    assertThat(Scrape.of(metrics).seriesWith("thermograd_noise_trace")).isEmpty();
  }

  @Test
  void aBoundAloneIsOnlyTheLowerSeries() {
    metrics.publish(
        Insights.with("r", 1, Map.of("gradient_noise_scale", Quantity.atLeast(40, "ratio"))),
        Map.of());

    assertThat(Scrape.of(metrics).seriesWith("thermograd_gradient_noise_scale"))
        .containsExactly("thermograd_gradient_noise_scale_lower{estimator=\"ratio\",run=\"r\"}");
  }

  @Test
  void anExactNumberHasNoInterval() {
    metrics.publish(
        Insights.with("r", 1, Map.of("batch_size", Quantity.exact(128, "reported"))), Map.of());

    assertThat(Scrape.of(metrics).seriesWith("thermograd_batch_size"))
        .containsExactly("thermograd_batch_size{estimator=\"reported\",run=\"r\"}");
  }

  @Test
  void twoEstimatorsAreNeverOneSeries() {
    metrics.publish(
        Insights.with("r", 1, Map.of("noise_trace", Quantity.exact(1, "within_step"))), Map.of());
    metrics.publish(
        Insights.with("r", 2, Map.of("noise_trace", Quantity.exact(2, "temporal"))), Map.of());

    assertThat(Scrape.of(metrics).seriesWith("thermograd_noise_trace"))
        .containsExactly("thermograd_noise_trace{estimator=\"temporal\",run=\"r\"}");
  }

  @Test
  void theRegimeIsOneOfAStateSet() {
    metrics.publish(Insights.with("r", 1, Map.of()), Map.of());

    Scrape s = Scrape.of(metrics);
    assertThat(s.seriesWith("thermograd_regime{")).hasSize(7);
    assertThat(s.value("thermograd_regime{regime=\"descending\",run=\"r\"}")).isEqualTo(1.0);
    assertThat(s.value("thermograd_regime{regime=\"diverging\",run=\"r\"}")).isEqualTo(0.0);

    metrics.publish(Insights.attempt("r", 0, 2), Map.of());
    assertThat(Scrape.of(metrics).seriesWith("thermograd_regime")).isEmpty();
  }

  @Test
  void overlaysAreToldApartAndAlwaysThere() {
    Insight plain = Insights.with("r", 1, Map.of());
    metrics.publish(
        new Insight(
            plain.runId(),
            plain.attempt(),
            plain.step(),
            plain.time(),
            plain.quantities(),
            plain.vectors(),
            plain.absent(),
            plain.regime(),
            List.of("edge_of_stability", "oscillating"),
            plain.verdict()),
        Map.of());

    Scrape s = Scrape.of(metrics);
    assertThat(s.seriesWith("thermograd_overlay{")).hasSize(4);
    assertThat(s.value("thermograd_overlay{overlay=\"oscillating\",run=\"r\"}")).isEqualTo(1.0);
    assertThat(s.value("thermograd_overlay{overlay=\"trapped\",run=\"r\"}")).isEqualTo(0.0);
  }

  @Test
  void stepsCountForwardsOnlyAndWithinAnAttempt() {
    String steps = "thermograd_steps_total{run=\"r\"}";
    metrics.publish(Insights.attempt("r", 0, 500), Map.of());
    assertThat(value(steps)).isEqualTo(0.0);
    metrics.publish(Insights.attempt("r", 0, 600), Map.of());
    assertThat(value(steps)).isEqualTo(100.0);
    metrics.publish(Insights.attempt("r", 1, 50), Map.of());
    assertThat(value(steps)).isEqualTo(100.0);
    metrics.publish(Insights.attempt("r", 1, 80), Map.of());
    assertThat(value(steps)).isEqualTo(130.0);
    assertThat(value("thermograd_run_attempt{run=\"r\"}")).isEqualTo(1.0);
    assertThat(value("thermograd_step{run=\"r\"}")).isEqualTo(80.0);
  }

  @Test
  void alertsAreCountedPerRunAndKind() {
    metrics.alert(Insights.alert("r", "divergence", Severity.CRITICAL));
    assertThat(Scrape.of(metrics).seriesWith("run=\"r\"")).isEmpty();

    metrics.publish(Insights.attempt("r", 0, 7), Map.of());
    metrics.alert(Insights.alert("r", "divergence", Severity.CRITICAL));
    metrics.alert(Insights.alert("r", "non_finite", Severity.CRITICAL));

    assertThat(
            value("thermograd_alerts_total{kind=\"divergence\",run=\"r\",severity=\"critical\"}"))
        .isEqualTo(2.0);
    assertThat(
            value("thermograd_alerts_total{kind=\"non_finite\",run=\"r\",severity=\"critical\"}"))
        .isEqualTo(1.0);
  }

  @Test
  void anEpisodeIsCountedOnce() {
    metrics.publish(Insights.attempt("r", 0, 7), Map.of());
    Alert opened = Insights.alert("r", "plateau", Severity.WARNING);
    metrics.alert(opened);
    for (Alert.State state : List.of(Alert.State.UPDATED, Alert.State.CLOSED)) {
      metrics.alert(
          new Alert(
              "r",
              0,
              opened.step() + 10,
              opened.time(),
              "plateau",
              Severity.WARNING,
              "t",
              "e",
              "n",
              state,
              opened.step()));
    }

    assertThat(value("thermograd_alerts_total{kind=\"plateau\",run=\"r\",severity=\"warning\"}"))
        .isEqualTo(1.0);
  }

  @Test
  void dropsAreSummedOverAttempts() {
    String dropped = "thermograd_telemetry_dropped_total{run=\"r\"}";
    metrics.publish(Insights.attempt("r", 0, 7), Map.of());
    assertThat(value(dropped)).isEqualTo(0.0);
    metrics.publish(dropping(0, 8, 3), Map.of());
    metrics.publish(dropping(0, 9, 5), Map.of());
    metrics.publish(dropping(0, 9, 5), Map.of());
    assertThat(value(dropped)).isEqualTo(5.0);
    metrics.publish(dropping(1, 2, 4), Map.of());
    assertThat(value(dropped)).isEqualTo(9.0);
    assertThat(value("thermograd_dropped_events{estimator=\"reported\",run=\"r\"}")).isEqualTo(4.0);
  }

  private static Insight dropping(int attempt, long step, long events) {
    return new Insight(
        "r",
        attempt,
        step,
        1_000.0,
        Map.of("dropped_events", Quantity.exact(events, "reported")),
        Map.of(),
        Map.of(),
        null,
        List.of(),
        null);
  }

  @Test
  void acceptedRejectedAndSkippedAreAllThatWasRead() {
    Scrape before = Scrape.of(metrics);
    assertThat(before.value("thermograd_events_accepted_total")).isEqualTo(0.0);
    for (RejectionKind kind : RejectionKind.values()) {
      assertThat(before.value(rejected(kind))).isEqualTo(0.0);
    }

    metrics.accepted();
    metrics.accepted(9);
    metrics.skipped(100);
    for (RejectionKind kind : RejectionKind.values()) {
      metrics.rejected(kind);
    }

    Scrape after = Scrape.of(metrics);
    double sum =
        after.seriesWith("thermograd_events_").stream()
            .mapToDouble(s -> after.samples().getOrDefault(s, Double.NaN))
            .sum();
    assertThat(sum).isEqualTo(110.0 + RejectionKind.values().length);
  }

  private static String rejected(RejectionKind kind) {
    return "thermograd_events_rejected_total{reason=\"" + kind.id() + "\"}";
  }

  @Test
  void latencyIsFromEventTimeToPublication() {
    metrics.publish(Insights.attempt("r", 0, 1), Map.of()); // event at 1000.0, now 1000.2

    assertThat(value("thermograd_analysis_latency_seconds_bucket{le=\"0.1\"}")).isEqualTo(0.0);
    assertThat(value("thermograd_analysis_latency_seconds_bucket{le=\"0.25\"}")).isEqualTo(1.0);
    assertThat(value("thermograd_analysis_latency_seconds_count")).isEqualTo(1.0);
    assertThat(value("thermograd_run_last_insight_timestamp_seconds{run=\"r\"}"))
        .isEqualTo(1_000.2);
  }

  @Test
  void removingLeavesNothingBehind() {
    metrics.publish(Insights.full("keep", 1), Map.of("team", "a"));
    List<String> before = Scrape.of(metrics).seriesWith("thermograd_");

    metrics.publish(Insights.full("gone", 1), Map.of("team", "b", "model", "m"));
    metrics.alert(Insights.alert("gone", "divergence", Severity.CRITICAL));
    assertThat(Scrape.of(metrics).seriesWith("gone")).hasSizeGreaterThan(40);
    metrics.remove("gone");

    Scrape after = Scrape.of(metrics);
    assertThat(after.text()).doesNotContain("gone").doesNotContain("model=");
    assertThat(after.seriesWith("thermograd_")).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void tenThousandRunsLeaveNothingBehind() {
    metrics.publish(Insights.attempt("warm", 0, 1), Map.of());
    metrics.remove("warm");
    int series = Scrape.of(metrics).seriesWith("thermograd_").size();

    for (int i = 0; i < 10_000; i++) {
      String run = "run-" + i;
      metrics.publish(Insights.full(run, 1), Map.of("trial", "t" + i));
      metrics.alert(Insights.alert(run, "divergence", Severity.CRITICAL));
      if (i % 2 == 0) {
        metrics.remove(run);
      } else {
        metrics.finished(run, Status.COMPLETED);
        clock.advance(Duration.ofSeconds(1));
      }
      assertThat(metrics.heldRuns()).isLessThanOrEqualTo(60);
    }
    clock.advance(Duration.ofSeconds(60));

    assertThat(Scrape.of(metrics).seriesWith("thermograd_")).hasSize(series);
    assertThat(metrics.heldRuns()).isZero();
  }

  @Test
  void aFinishedRunStaysForTheLinger() {
    String up = "thermograd_run_up{run=\"r\"}";
    metrics.publish(Insights.attempt("r", 0, 1), Map.of());
    assertThat(value(up)).isEqualTo(1.0);
    assertThat(value("thermograd_active_runs")).isEqualTo(1.0);

    metrics.finished("r", Status.FAILED);
    clock.advance(Duration.ofSeconds(59));
    assertThat(value(up)).isEqualTo(0.0);
    assertThat(value("thermograd_active_runs")).isEqualTo(0.0);
    assertThat(value("thermograd_runs_finished_total{status=\"failed\"}")).isEqualTo(1.0);

    clock.advance(Duration.ofSeconds(1));
    assertThat(Scrape.of(metrics).seriesWith("run=\"r\"")).isEmpty();
  }

  @Test
  void aNewAttemptKeepsAFinishedRun() {
    metrics.publish(Insights.attempt("r", 0, 1), Map.of());
    metrics.finished("r", Status.FAILED);
    metrics.publish(Insights.attempt("r", 1, 1), Map.of());
    clock.advance(Duration.ofSeconds(61));

    assertThat(value("thermograd_run_up{run=\"r\"}")).isEqualTo(1.0);
  }

  @Test
  void runningIsNoEnd() {
    assertThatThrownBy(() -> metrics.finished("r", Status.RUNNING))
        .hasMessage("status of a finished run should be an end: was RUNNING");
  }

  @Test
  void theWorkersSeriesExistWhileTheyMeanSomething() {
    assertThat(Scrape.of(metrics).seriesWith("thermograd_worker_healthy")).isEmpty();
    metrics.workerHealthy(true);
    metrics.lag(3, 12);
    metrics.lag(4, 0);

    assertThat(value("thermograd_worker_healthy")).isEqualTo(1.0);
    assertThat(value("thermograd_consumer_lag_records{partition=\"3\"}")).isEqualTo(12.0);
    metrics.workerHealthy(false);
    metrics.partitionRevoked(3);
    assertThat(value("thermograd_worker_healthy")).isEqualTo(0.0);
    assertThat(Scrape.of(metrics).seriesWith("thermograd_consumer_lag_records"))
        .containsExactly("thermograd_consumer_lag_records{partition=\"4\"}");
  }

  @Test
  void whatTheWorkerSurvivesIsCounted() {
    metrics.lost(40);
    metrics.forgotten();
    metrics.workerRestarted();
    metrics.snapshotCorrupt();

    assertThat(value("thermograd_events_lost_total")).isEqualTo(40.0);
    assertThat(value("thermograd_runs_forgotten_total")).isEqualTo(1.0);
    assertThat(value("thermograd_worker_restarts_total")).isEqualTo(1.0);
    assertThat(value("thermograd_snapshots_corrupt_total")).isEqualTo(1.0);
  }

  @Test
  void snapshotsAreCountedWithTheirBytes() {
    metrics.snapshot(1_000);
    metrics.snapshot(24);

    assertThat(value("thermograd_snapshots_total")).isEqualTo(2.0);
    assertThat(value("thermograd_snapshot_bytes_total")).isEqualTo(1_024.0);
  }

  @Test
  void labelsLeftOutAreCountedOncePerChange() {
    Map<String, String> clash = Map.of("a.b", "1", "a-b", "2", "a/b", "3");
    metrics.publish(Insights.attempt("r", 0, 1), clash);
    metrics.publish(Insights.attempt("r", 0, 2), clash);

    assertThat(value("thermograd_run_labels_dropped_total")).isEqualTo(2.0);
  }

  @Test
  void aScrapeNeverSeesHalfAnInsight() throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 2; w++) {
      String run = "r" + w;
      Thread t =
          new Thread(
              () -> {
                for (long step = 0; !stop.get(); step++) {
                  double x = step;
                  metrics.publish(
                      Insights.with(
                          run,
                          step,
                          Map.of(
                              "loss", Quantity.of(x, x, x, "m"),
                              "noise_trace", Quantity.of(x, x, x, "m"))),
                      Map.of());
                  if (step % 1_000 == 999) {
                    metrics.remove(run);
                  }
                }
              });
      t.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
      t.start();
      writers.add(t);
    }
    try {
      for (int i = 0; i < 200; i++) {
        Scrape s = Scrape.of(metrics);
        for (int w = 0; w < 2; w++) {
          Double step = s.value("thermograd_step{run=\"r" + w + "\"}");
          String labels = "{estimator=\"m\",run=\"r" + w + "\"}";
          assertThat(s.value("thermograd_loss" + labels)).isEqualTo(step);
          assertThat(s.value("thermograd_noise_trace_upper" + labels)).isEqualTo(step);
        }
      }
    } finally {
      stop.set(true);
      for (Thread t : writers) {
        t.join();
      }
    }
    assertThat(failure.get()).isNull();
  }
}
