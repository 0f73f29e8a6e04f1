package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Dashboard and rules against a real Prometheus that scrapes runs made up for the purpose. */
class DashboardQueriesIT {

  @Test
  void everyPanelAndRuleAnswersAndSeriesComeAndGo() throws Exception {
    try (SyntheticRuns runs = new SyntheticRuns();
        PrometheusFixture prometheus = PrometheusFixture.start(runs.port())) {
      DashboardQueries.assertNoEmptyPanel(prometheus, Duration.ofSeconds(40), Set.of());
      DashboardQueries.assertRulesEvaluate(prometheus);

      assertOnlyTheDivergingRunIsCritical(prometheus);
      assertTheNoisyRunHasOnlyALowerBound(prometheus);

      runs.removeHealthy();
      PrometheusFixture.await(
          "the removed run's series are stale",
          Duration.ofSeconds(10),
          () -> prometheus.query("{run=\"healthy\",job=\"thermograd\"}").isEmpty());
      assertThat(prometheus.query("thermograd_step{run=\"noisy\"}")).hasSize(1);
    }
  }

  private static void assertOnlyTheDivergingRunIsCritical(PrometheusFixture prometheus)
      throws InterruptedException {
    String firing = "ALERTS{alertstate=\"firing\",severity=\"critical\"}";
    PrometheusFixture.await(
        "the diverging run's alert fires",
        Duration.ofSeconds(10),
        () -> !prometheus.query(firing).isEmpty());
    JsonNode alerts = prometheus.query(firing);
    assertThat(alerts).hasSize(1);
    JsonNode labels = alerts.get(0).get("metric");
    assertThat(labels.get("alertname").asText()).isEqualTo("ThermogradRunDiverging");
    assertThat(labels.get("run").asText()).isEqualTo("diverging");
    assertThat(labels.get("team").asText()).isEqualTo("speech");
  }

  private static void assertTheNoisyRunHasOnlyALowerBound(PrometheusFixture prometheus) {
    JsonNode series =
        prometheus.query("{__name__=~\"thermograd_gradient_noise_scale.*\",run=\"noisy\"}");
    assertThat(series).hasSize(1);
    assertThat(series.at("/0/metric/__name__").asText())
        .isEqualTo("thermograd_gradient_noise_scale_lower");
    assertThat(series.at("/0/metric/estimator").asText()).isEqualTo("temporal");
    assertThat(series.at("/0/value/1").asText()).isEqualTo("700");
  }
}
