package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Prometheus on a loopback port of its own choice, with this repository's scrape
 * configuration and rules, pointed at given {@code /metrics} ports and hurried up: a scrape and an
 * evaluation every 250 ms.
 */
final class PrometheusFixture implements AutoCloseable {
  /** For {@code $__rate_interval}: sixteen scrapes. */
  static final String RATE_INTERVAL = "4s";

  private static final String INTERVAL = "250ms";
  private static final Pattern LISTENS = Pattern.compile("Listening on\" address=127.0.0.1:(\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder;
  private final Process process;
  private final URI api;
  private final double startedAt = System.currentTimeMillis() / 1e3;

  private PrometheusFixture(Path folder, Process process, URI api) {
    this.folder = folder;
    this.process = process;
    this.api = api;
  }

  /** Starts it, or skips the test (fails it, where everything is required) if there is none. */
  static PrometheusFixture start(int... metricsPorts) throws IOException, InterruptedException {
    ExternalTool prometheus = ExternalTool.require("prometheus", "prometheus");
    Path folder = Files.createTempDirectory("thermograd-prometheus");
    Path config = folder.resolve("prometheus.yml");
    new YAMLMapper().writeValue(config.toFile(), configuration(metricsPorts));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                prometheus.path().toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    // A test that is killed takes it along.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    try {
      String[] port = new String[1];
      await(
          "Prometheus listens",
          Duration.ofSeconds(30),
          () -> {
            port[0] = portIn(log);
            return port[0] != null || !process.isAlive();
          });
      assertThat(port[0]).as(Files.readString(log)).isNotNull();
      PrometheusFixture started =
          new PrometheusFixture(
              folder, process, URI.create("http://127.0.0.1:" + port[0] + "/api/v1/"));
      started.awaitTargetsUp(metricsPorts.length);
      return started;
    } catch (RuntimeException | Error | IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static ObjectNode configuration(int... metricsPorts) {
    ObjectNode config = (ObjectNode) Repository.yaml("dashboards/prometheus/prometheus.yml");
    config.remove("alerting");
    ObjectNode global = config.putObject("global");
    global.put("scrape_interval", INTERVAL);
    global.put("scrape_timeout", INTERVAL);
    global.put("evaluation_interval", INTERVAL);
    ArrayNode rules = config.putArray("rule_files");
    rules.add(Repository.path("dashboards/prometheus/rules") + "/*.yml");
    ArrayNode targets =
        ((ObjectNode) config.at("/scrape_configs/0/static_configs/0")).putArray("targets");
    for (int port : metricsPorts) {
      targets.add("127.0.0.1:" + port);
    }
    return config;
  }

  private static @Nullable String portIn(Path log) {
    try {
      Matcher m = LISTENS.matcher(Files.readString(log));
      return m.find() ? m.group(1) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private void awaitTargetsUp(int expected) throws InterruptedException {
    // It listens before it answers: until then its words are no JSON.
    await("Prometheus is ready", Duration.ofSeconds(60), this::ready);
    await("targets are up", Duration.ofSeconds(30), () -> query("up == 1").size() == expected);
  }

  private boolean ready() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(api.resolve("/-/ready")).timeout(Duration.ofSeconds(20)).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits for it, asking ten times a second; fails with the description after the deadline. */
  static void await(String what, Duration deadline, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s within %s", what, deadline).isLessThan(end);
      Thread.sleep(100);
    }
  }

  /** Series of the expression now; fails on an error, with Prometheus' own words. */
  JsonNode query(String expression) {
    return get("query?query=" + encode(expression)).at("/data/result");
  }

  /** Series of the expression since this fixture started, a point every second. */
  JsonNode queryRange(String expression) {
    double now = System.currentTimeMillis() / 1e3;
    return get("query_range?step=1&start=%s&end=%s&query=%s"
            .formatted(startedAt, now, encode(expression)))
        .at("/data/result");
  }

  /** Every rule that Prometheus has loaded, as its API tells. */
  List<JsonNode> rules() {
    List<JsonNode> rules = new ArrayList<>();
    get("rules").at("/data/groups").forEach(g -> g.get("rules").forEach(rules::add));
    return rules;
  }

  private JsonNode get(String path) {
    try {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(api.resolve(path)).timeout(Duration.ofSeconds(20)).build(),
              BodyHandlers.ofByteArray());
      JsonNode answer = JSON.readTree(response.body());
      assertThat(answer.get("status").asText())
          .as("%s: %s", path, answer.path("error").asText())
          .isEqualTo("success");
      return answer;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String s) {
    return URLEncoder.encode(s, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(p);
      }
    }
  }
}
