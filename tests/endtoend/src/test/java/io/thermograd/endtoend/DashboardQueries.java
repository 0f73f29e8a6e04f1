package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.thermograd.endtoend.GrafanaDashboard.PanelQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Runs every PromQL expression that this repository ships against a Prometheus that scrapes. */
final class DashboardQueries {
  private static final String ALL_RUNS = ".*";

  private DashboardQueries() {}

  /**
   * Every panel expression has a result before the deadline; every other one (annotations,
   * variables) is at least understood.
   *
   * @param mayBeEmpty panels, by title, that what is being scraped has nothing to say about
   */
  static void assertNoEmptyPanel(
      PrometheusFixture prometheus, Duration deadline, Set<String> mayBeEmpty)
      throws InterruptedException {
    GrafanaDashboard dashboard = GrafanaDashboard.load();
    List<PanelQuery> open = new ArrayList<>(dashboard.queries());
    assertThat(open).hasSizeGreaterThan(30);
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      open.removeIf(q -> answered(prometheus, q.expression()));
      List<String> empty =
          open.stream().filter(q -> !mayBeEmpty.contains(q.panel())).map(PanelQuery::name).toList();
      if (empty.isEmpty()) {
        break;
      }
      assertThat(System.nanoTime()).as("empty after %s: %s", deadline, empty).isLessThan(end);
      Thread.sleep(500);
    }
    for (String expression : dashboard.otherExpressions()) {
      prometheus.query(substitute(expression));
    }
  }

  private static boolean answered(PrometheusFixture prometheus, String expression) {
    for (JsonNode series : prometheus.queryRange(substitute(expression))) {
      for (JsonNode point : series.get("values")) {
        if (!point.get(1).asText().equals("NaN")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String substitute(String expression) {
    return GrafanaDashboard.substitute(expression, ALL_RUNS, PrometheusFixture.RATE_INTERVAL);
  }

  /** Prometheus has loaded every rule of the repository and evaluates each without an error. */
  static void assertRulesEvaluate(PrometheusFixture prometheus) throws InterruptedException {
    Set<String> expected = new TreeSet<>();
    for (String file : Repository.files("dashboards/prometheus/rules", ".yml")) {
      for (JsonNode group : Repository.yaml(file).get("groups")) {
        for (JsonNode rule : group.get("rules")) {
          expected.add(rule.path("alert").asText(rule.path("record").asText()));
          prometheus.query(rule.get("expr").asText());
        }
      }
    }
    PrometheusFixture.await(
        "every rule is evaluated",
        Duration.ofSeconds(20),
        () ->
            prometheus.rules().stream().noneMatch(r -> r.get("health").asText().equals("unknown")));
    Set<String> healthy = new TreeSet<>();
    for (JsonNode rule : prometheus.rules()) {
      assertThat(rule.get("health").asText())
          .as("%s: %s", rule.get("name"), rule.path("lastError"))
          .isEqualTo("ok");
      healthy.add(rule.get("name").asText());
    }
    assertThat(healthy).isEqualTo(expected);
  }
}
