package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the design leans on: one metric name may have series with different label names. */
class LabelSetsTest {

  @Test
  void micrometerTakesDifferentTagKeysUnderOneName() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Gauge.builder("g", () -> 1).tag("run", "a").register(registry);
    Gauge.builder("g", () -> 2).tag("run", "b").tag("team", "x").register(registry);

    assertThat(registry.scrape().lines())
        .contains("g{run=\"a\"} 1.0", "g{run=\"b\",team=\"x\"} 2.0");
  }

  @Test
  void runsWithDifferentLabelsShareAName() {
    try (ThermogradMetrics metrics = new ThermogradMetrics()) {
      metrics.publish(Insights.attempt("a", 0, 1), Map.of());
      metrics.publish(Insights.attempt("b", 0, 2), Map.of("team", "x"));
      metrics.publish(Insights.attempt("c", 0, 3), Map.of("model", "y", "team", "x"));

      assertThat(Scrape.of(metrics).seriesWith("thermograd_step{"))
          .containsExactlyInAnyOrder(
              "thermograd_step{run=\"a\"}",
              "thermograd_step{run=\"b\",team=\"x\"}",
              "thermograd_step{model=\"y\",run=\"c\",team=\"x\"}");
    }
  }
}
