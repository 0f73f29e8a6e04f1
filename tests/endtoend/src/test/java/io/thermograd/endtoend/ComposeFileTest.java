package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** docker-compose.yml as far as it can be judged without an engine. */
class ComposeFileTest {
  private static final String FILE = "docker-compose.yml";

  private final JsonNode compose = Repository.yaml(FILE);

  private Map<String, JsonNode> services() {
    Map<String, JsonNode> services = new TreeMap<>();
    compose.get("services").properties().forEach(e -> services.put(e.getKey(), e.getValue()));
    return services;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(n -> texts.add(n.asText()));
    return texts;
  }

  @Test
  void everyServiceHasAPinnedImageAndAHealthCheck() {
    assertThat(services().keySet())
        .containsExactly(
            "alertmanager", "analyzers", "collector", "grafana", "kafka", "page", "prometheus");
    services()
        .forEach(
            (name, s) -> {
              String image = s.path("image").asText();
              assertThat(image).as(name).matches("thermograd|[a-z/]+:v?\\d+\\.\\d+\\.\\d+");
              assertThat(s.at("/healthcheck/test/0").asText()).as(name).isEqualTo("CMD");
              assertThat(s.path("restart").asText()).as(name).isEqualTo("unless-stopped");
            });
  }

  @Test
  void nothingIsPublishedBeyondThisMachine() {
    services()
        .forEach(
            (name, s) ->
                s.path("ports")
                    .forEach(
                        p -> assertThat(p.asText()).as(name).matches("127\\.0\\.0\\.1:\\d+:\\d+")));
  }

  @Test
  void analyzersCanBeScaledAndAreFound() {
    JsonNode analyzers = compose.at("/services/analyzers");
    assertThat(analyzers.has("container_name")).isFalse();
    assertThat(analyzers.has("ports")).isFalse();

    JsonNode found =
        Repository.yaml("dashboards/prometheus/prometheus.compose.yml")
            .at("/scrape_configs/0/dns_sd_configs/0");
    assertThat(texts(found.get("names"))).containsExactly("analyzers");
    List<String> command = texts(analyzers.get("command"));
    assertThat(command)
        .containsSubsequence("analyze", "--metrics-port", found.get("port").asText());
    assertThat(command).containsSubsequence("--host", "0.0.0.0");
  }

  @Test
  void theCollectorAsksForTheTokenOfTheEnvironment() {
    JsonNode collector = compose.at("/services/collector");
    assertThat(texts(collector.get("profiles"))).containsExactly("collector");
    assertThat(texts(collector.get("ports"))).containsExactly("127.0.0.1:9465:9465");
    assertThat(texts(collector.get("secrets"))).containsExactly("collector-token");
    assertThat(texts(collector.get("command")))
        .startsWith("collect")
        .containsSubsequence("--collector-host", "0.0.0.0")
        .containsSubsequence("--collector-token-file", "/run/secrets/collector-token");
    assertThat(compose.at("/secrets/collector-token/environment").asText())
        .isEqualTo("THERMOGRAD_TOKEN");
  }

  @Test
  void whatIsMountedAndDependedOnExists() {
    services()
        .forEach(
            (name, s) -> {
              for (String volume : texts(s.path("volumes"))) {
                String source = volume.substring(0, volume.indexOf(':'));
                if (source.startsWith("./")) {
                  assertThat(Files.exists(Repository.path(source))).as(source).isTrue();
                } else {
                  assertThat(compose.get("volumes").has(source)).as(source).isTrue();
                }
              }
              s.path("depends_on")
                  .properties()
                  .forEach(
                      d -> {
                        assertThat(services()).containsKey(d.getKey());
                        assertThat(d.getValue().get("condition").asText())
                            .isEqualTo("service_healthy");
                      });
            });
  }

  @Test
  void bothConfigurationsOfPrometheusDifferInTheirTargetsOnly() {
    JsonNode local = Repository.yaml("dashboards/prometheus/prometheus.yml");
    JsonNode inCompose = Repository.yaml("dashboards/prometheus/prometheus.compose.yml");
    for (String section : List.of("global", "rule_files")) {
      assertThat(inCompose.get(section)).isEqualTo(local.get(section));
    }
    assertThat(inCompose.at("/scrape_configs/0/job_name"))
        .isEqualTo(local.at("/scrape_configs/0/job_name"));
  }

  /** Where Docker's compose plug-in is there, its own judgement too. */
  @Test
  void composeAcceptsTheFile() throws Exception {
    if (run("docker", "compose", "version") == 0) {
      assertThat(run("docker", "compose", "-f", Repository.path(FILE).toString(), "config", "-q"))
          .isZero();
    }
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (java.io.IOException e) {
      return -1;
    }
  }
}
