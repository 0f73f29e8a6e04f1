package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.thermograd.endtoend.GrafanaDashboard.PanelQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What Grafana would find wrong or a reader would miss, without a Grafana. */
class GrafanaFilesTest {
  private static final int COLUMNS = 24;
  private static final Set<String> TYPES = Set.of("row", "timeseries", "stat", "state-timeline");

  private final GrafanaDashboard dashboard = GrafanaDashboard.load();

  @Test
  void everyPanelIsComplete() {
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : dashboard.panels()) {
      String title = panel.path("title").asText();
      assertThat(title).as(panel.toString()).isNotBlank();
      assertThat(TYPES).as(title).contains(panel.path("type").asText());
      assertThat(ids.add(panel.path("id").asInt(-1))).as("id of %s is its own", title).isTrue();
      if (panel.get("type").asText().equals("row")) {
        continue;
      }
      assertThat(panel.path("description").asText()).as(title).endsWith(".");
      assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotBlank();
      assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
      assertThat(panel.path("targets").size()).as(title).isPositive();
      Set<String> refIds = new HashSet<>();
      for (JsonNode target : panel.get("targets")) {
        assertThat(target.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
        assertThat(target.path("legendFormat").asText()).as(title).isNotBlank();
        assertThat(refIds.add(target.path("refId").asText())).as(title).isTrue();
      }
    }
  }

  @Test
  void panelsDoNotOverlap() {
    List<JsonNode> placed = new ArrayList<>();
    for (JsonNode panel : dashboard.panels()) {
      JsonNode p = panel.get("gridPos");
      assertThat(p.get("x").asInt() + p.get("w").asInt()).isLessThanOrEqualTo(COLUMNS);
      assertThat(p.get("w").asInt()).isPositive();
      assertThat(p.get("h").asInt()).isPositive();
      for (JsonNode other : placed) {
        JsonNode q = other.get("gridPos");
        boolean apart =
            end(p, "x", "w") <= q.get("x").asInt()
                || end(q, "x", "w") <= p.get("x").asInt()
                || end(p, "y", "h") <= q.get("y").asInt()
                || end(q, "y", "h") <= p.get("y").asInt();
        assertThat(apart).as("%s and %s", panel.get("title"), other.get("title")).isTrue();
      }
      placed.add(panel);
    }
  }

  private static int end(JsonNode gridPos, String start, String size) {
    return gridPos.get(start).asInt() + gridPos.get(size).asInt();
  }

  @Test
  void runsAreChosenByOneVariableThatAllPanelsOfRunsHonour() {
    JsonNode run = null;
    for (JsonNode variable : dashboard.json().at("/templating/list")) {
      if (variable.get("name").asText().equals("run")) {
        run = variable;
      }
    }
    assertThat(run).isNotNull();
    if (run != null) {
      assertThat(run.get("multi").asBoolean()).isTrue();
      assertThat(run.get("includeAll").asBoolean()).isTrue();
      assertThat(run.get("allValue").asText()).isEqualTo(".*");
    }
    for (PanelQuery q : dashboard.queries()) {
      if (q.expression().contains("run)")) {
        assertThat(q.expression()).as(q.name()).contains("run=~\"$run\"");
      }
    }
  }

  @Test
  void bandsAreFilledBetweenSeriesThatExist() {
    int bands = 0;
    for (JsonNode panel : dashboard.panels()) {
      for (JsonNode override : panel.at("/fieldConfig/overrides")) {
        for (JsonNode property : override.get("properties")) {
          if (property.get("id").asText().equals("custom.fillBelowTo")) {
            String upper = override.at("/matcher/options").asText();
            assertThat(upper).endsWith(": upper");
            assertThat(property.get("value").asText())
                .isEqualTo(upper.replace(": upper", ": lower"));
            List<String> legends = new ArrayList<>();
            panel.get("targets").forEach(t -> legends.add(t.get("legendFormat").asText()));
            assertThat(legends).contains("{{estimator}}: lower", "{{estimator}}: upper");
            bands++;
          }
        }
      }
    }
    assertThat(bands).isGreaterThanOrEqualTo(5);
  }

  @Test
  void aRateIsTakenOverWhatGrafanaProposes() {
    for (PanelQuery q : dashboard.queries()) {
      assertThat(q.expression()).as(q.name()).doesNotContainPattern("\\[\\d+[smh]\\]");
    }
  }

  @Test
  void theSchemaIsOneThatGrafana11And12Load() {
    JsonNode json = dashboard.json();
    assertThat(json.get("schemaVersion").asInt()).isBetween(36, 41);
    assertThat(json.get("uid").asText()).isEqualTo("thermograd");
    assertThat(json.has("id")).as("an id belongs to one Grafana's data base").isFalse();
  }

  @Test
  void provisioningPointsAtTheDashboardAndOneDefaultDataSource() {
    JsonNode sources =
        Repository.yaml("dashboards/grafana/provisioning/datasources/prometheus.yml");
    assertThat(sources.get("apiVersion").asInt()).isEqualTo(1);
    assertThat(sources.get("datasources")).hasSize(1);
    assertThat(sources.at("/datasources/0/type").asText()).isEqualTo("prometheus");
    assertThat(sources.at("/datasources/0/isDefault").asBoolean()).isTrue();

    JsonNode providers =
        Repository.yaml("dashboards/grafana/provisioning/dashboards/thermograd.yml");
    assertThat(providers.at("/providers/0/options/path").asText())
        .isEqualTo("/var/lib/grafana/dashboards");
    assertThat(Repository.files("dashboards/grafana/dashboards", ".json"))
        .containsExactly(GrafanaDashboard.FILE);
  }
}
