package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.thermograd.endtoend.ExternalTool.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The alert rules say what to do, and fire when and only when they should. */
class AlertRulesTest {
  private static final String FOLDER = "dashboards/prometheus";

  private static List<JsonNode> alertRules() {
    List<JsonNode> rules = new ArrayList<>();
    for (String file : Repository.files(FOLDER + "/rules", ".yml")) {
      for (JsonNode group : Repository.yaml(file).get("groups")) {
        for (JsonNode rule : group.get("rules")) {
          if (rule.has("alert")) {
            rules.add(rule);
          }
        }
      }
    }
    return rules;
  }

  @Test
  void everyAlertIsADiagnosisWithARunbook() {
    assertThat(alertRules()).isNotEmpty();
    for (JsonNode rule : alertRules()) {
      String name = rule.get("alert").asText();
      JsonNode annotations = rule.get("annotations");
      // Either a severity of the rule's own, or the one that the series carry.
      String severity = rule.at("/labels/severity").asText();
      assertThat(severity.isEmpty() ? rule.get("expr").asText() : severity)
          .as("severity of %s", name)
          .matches("(?s)critical|warning|.*severity=~.*");
      assertThat(annotations.path("summary").asText()).as("summary of %s", name).isNotBlank();
      assertThat(annotations.path("description").asText())
          .as("description of %s", name)
          .matches("(?s)Verdict: .+\\. Why: .+\\. Next: .+\\.");
      assertThat(annotations.path("runbook").asText())
          .as("runbook of %s", name)
          .hasSizeGreaterThan(80);
    }
  }

  @Test
  void everyAlertHasARuleTest() throws IOException {
    StringBuilder tests = new StringBuilder();
    for (String file : Repository.files(FOLDER + "/tests", ".yml")) {
      tests.append(Files.readString(Repository.path(file)));
    }
    for (JsonNode rule : alertRules()) {
      assertThat(tests).contains(rule.get("alert").asText());
    }
  }

  /**
   * METRICS.md is compared with the registry; a rule on a series that nobody writes never fires.
   */
  @Test
  void everyMetricOfRulesAndDashboardsIsDocumented() throws IOException {
    String documented = Files.readString(Repository.path("METRICS.md"));
    var files = new ArrayList<>(Repository.files(FOLDER + "/rules", ".yml"));
    files.addAll(Repository.files("dashboards/grafana/dashboards", ".json"));
    for (String file : files) {
      // Names of recorded series have colons on both sides.
      Matcher name =
          Pattern.compile("(?<!:)\\bthermograd_[a-z0-9_]+")
              .matcher(Files.readString(Repository.path(file)));
      while (name.find()) {
        String metric = name.group().replaceFirst("_(lower|upper|bucket|sum|count)$", "");
        assertThat(List.of("`" + name.group() + "`", "`" + metric + "`"))
            .as("%s of %s in METRICS.md", metric, file)
            .anyMatch(documented::contains);
      }
    }
  }

  @Test
  void promtoolAcceptsTheConfigurations() throws Exception {
    ExternalTool promtool = ExternalTool.require("promtool", "prometheus");
    for (String file : List.of("prometheus.yml", "prometheus.compose.yml")) {
      Result result =
          promtool.run(List.of("check", "config", Repository.path(FOLDER + "/" + file).toString()));
      assertThat(result.exitCode()).as(result.output()).isZero();
    }
  }

  @Test
  void promtoolTestsTheRules() throws Exception {
    ExternalTool promtool = ExternalTool.require("promtool", "prometheus");
    List<String> arguments = new ArrayList<>(List.of("test", "rules"));
    for (String file : Repository.files(FOLDER + "/tests", ".test.yml")) {
      arguments.add(Repository.path(file).toString());
    }
    Result result = promtool.run(arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  @Test
  void amtoolAcceptsTheRouting() throws Exception {
    ExternalTool amtool = ExternalTool.require("amtool", "prometheus-alertmanager");
    Result result =
        amtool.run(
            List.of(
                "check-config",
                Repository.path("dashboards/alertmanager/alertmanager.yml").toString()));
    assertThat(result.exitCode()).as(result.output()).isZero();
  }
}
