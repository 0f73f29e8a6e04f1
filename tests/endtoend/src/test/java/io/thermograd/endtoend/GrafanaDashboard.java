package io.thermograd.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The provisioned dashboard and what it asks Prometheus. */
final class GrafanaDashboard {
  static final String FILE = "dashboards/grafana/dashboards/thermograd.json";

  /**
   * One PromQL expression of a panel.
   *
   * @param mayBeEmpty the panel says what to show when there is nothing, so that nothing is normal
   */
  record PanelQuery(String panel, String refId, String expression, boolean mayBeEmpty) {
    String name() {
      return panel + " [" + refId + "]";
    }
  }

  private final JsonNode json;

  private GrafanaDashboard(JsonNode json) {
    this.json = json;
  }

  static GrafanaDashboard load() {
    return new GrafanaDashboard(Repository.json(FILE));
  }

  JsonNode json() {
    return json;
  }

  /** Every panel, those inside collapsed rows included; rows are panels too. */
  List<JsonNode> panels() {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode panel : json.get("panels")) {
      all.add(panel);
      panel.path("panels").forEach(all::add);
    }
    return all;
  }

  /** Every expression of every panel, with Grafana's variables as they are. */
  List<PanelQuery> queries() {
    List<PanelQuery> queries = new ArrayList<>();
    for (JsonNode panel : panels()) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            new PanelQuery(
                panel.get("title").asText(),
                target.get("refId").asText(),
                target.get("expr").asText(),
                panel.at("/fieldConfig/defaults").has("noValue")));
      }
    }
    return queries;
  }

  /** Expressions of annotations and of variables that are made by a query. */
  List<String> otherExpressions() {
    List<String> expressions = new ArrayList<>();
    json.at("/annotations/list").forEach(a -> expressions.add(a.get("expr").asText()));
    for (JsonNode variable : json.at("/templating/list")) {
      String definition = variable.path("definition").asText();
      if (definition.startsWith("label_values(")) {
        expressions.add(definition.substring("label_values(".length(), definition.indexOf(',')));
      }
    }
    return expressions;
  }

  /** The expression as Grafana would send it for these runs (a regular expression). */
  static String substitute(String expression, String runs, String rateInterval) {
    return expression
        .replace("$__rate_interval", rateInterval)
        .replace("${run:regex}", runs)
        .replace("$run", runs);
  }
}
