package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.thermograd.app.EmbeddedKafka;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.TopicsAdmin;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerListener;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * PyTorch trainings through each sink to a real broker that goes away in mid-run and comes back:
 * nothing of the training changes, nothing is lost, and the insights come out.
 *
 * <p>{@code -Dthermograd.outage.seconds=60} for a longer outage than by default.
 */
@Timeout(400)
class PythonSinksIT {
  private static final String SCRIPT = "tests/endtoend/src/test/python/watched_sinks.py";
  private static final List<String> RUNS = List.of("confluent", "kafka-python", "http");
  private static final int OUTAGE_SECONDS = Integer.getInteger("thermograd.outage.seconds", 5);
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  @Test
  void anOutageOfTheBrokerCostsTrainingAndRunsNothing(@TempDir Path dir) throws Exception {
    ExternalTool.requirePython("torch", "python3-torch");
    ExternalTool.requirePython("kafka", "python3-kafka");
    ExternalTool python = ExternalTool.requirePython("confluent_kafka", "python3-confluent-kafka");
    Path token = Files.writeString(dir.resolve("token"), TOKEN + "\n");
    EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("data"), 0);
    try {
      Map<String, Object> client =
          new HashMap<>(Map.of("bootstrap.servers", kafka.bootstrapServers()));
      makeTopics(client);
      JsonNode said;
      String metrics;
      try (ChildProcess collect =
          ChildProcess.thermograd(
              dir,
              "collect",
              "--collector-port=0",
              "--metrics-port=0",
              "--collector-token-file=" + token,
              "--bootstrap-servers=" + kafka.bootstrapServers())) {
        String collector = address(collect, "events +(http\\S+)/v1/events");
        Process training = start(python, dir, kafka.bootstrapServers(), collector);
        try {
          PrometheusFixture.await(
              "trainings go " + errors(dir), LIMIT, () -> Files.exists(dir.resolve("going")));
          int port = kafka.port();
          kafka.close();
          TimeUnit.SECONDS.sleep(OUTAGE_SECONDS);
          kafka = EmbeddedKafka.start(dir.resolve("data"), port);
          Files.createFile(dir.resolve("enough"));
          assertThat(training.waitFor(120, TimeUnit.SECONDS)).as(errors(dir)).isTrue();
          assertThat(training.exitValue()).as(errors(dir)).isZero();
        } finally {
          training.destroyForcibly();
        }
        said = new ObjectMapper().readTree(dir.resolve("out").toFile());
        metrics = get(address(collect, "metrics +(http\\S+)"));
      }
      trainingWasNotAffected(said, errors(dir));
      int steps = said.get("steps").asInt();
      everyStepIsThere(client, steps);
      theCollectorCounted(metrics, steps);
      theInsightsComeOut(client, steps);
    } finally {
      kafka.close();
    }
  }

  private static void makeTopics(Map<String, Object> client) {
    try (Admin admin = Admin.create(client)) {
      assertThat(TopicsAdmin.ensure(admin, new TopicsAdmin.Plan(2, (short) 1, Duration.ofDays(1))))
          .isEmpty();
    }
  }

  private static Process start(ExternalTool python, Path dir, String broker, String collector)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                python.path().toString(),
                Repository.path(SCRIPT).toString(),
                dir.toString(),
                broker,
                collector)
            .redirectOutput(dir.resolve("out").toFile())
            .redirectError(dir.resolve("err").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "PYTHONPATH",
                Repository.path("agent/python/src").toString(),
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "OMP_NUM_THREADS",
                "1",
                "THERMOGRAD_TOKEN",
                TOKEN));
    return builder.start();
  }

  private static String errors(Path dir) throws IOException {
    Path err = dir.resolve("err");
    return Files.exists(err) ? Files.readString(err) : "";
  }

  private static String address(ChildProcess process, String pattern) throws Exception {
    return process.await(Pattern.compile(pattern), LIMIT).group(1);
  }

  private static String get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  /** One line an outage where it was noticed, and no other: losses would be one more. */
  private static void trainingWasNotAffected(JsonNode said, String errors) {
    Map<String, Long> lines = new TreeMap<>();
    errors
        .lines()
        .forEach(
            line -> {
              assertThat(line).startsWith("thermograd: run ").endsWith("not affected.");
              lines.merge(line.split("[ :]+")[2], 1L, Long::sum);
            });
    assertThat(lines.values()).as(errors).containsOnly(1L);
    // The collector itself waits for Kafka for 10 s before it says anything.
    assertThat(lines.keySet()).as(errors).contains("confluent", "kafka-python");
    for (String run : RUNS) {
      assertThat(said.get("same").get(run).asBoolean()).as("curve of %s", run).isTrue();
      assertThat(said.get("lost").get(run).asLong()).as("lost of %s", run).isZero();
    }
  }

  /** In order, a double one aside; and what the sinks have sent is the same. */
  private static void everyStepIsThere(Map<String, Object> client, int steps) throws Exception {
    Map<String, TreeMap<Long, StepEvent>> sent = new HashMap<>();
    Map<String, List<Event.PayloadCase>> frames = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> r : Topic.read(client, Topics.STEPS)) {
      Event event = EventCodec.decode(r.value());
      String run = EventCodec.runId(event);
      assertThat(Topic.text(r.key())).isEqualTo(run);
      if (event.hasStep()) {
        StepEvent step = event.getStep();
        assertThat(step.getDroppedEvents()).isZero();
        TreeMap<Long, StepEvent> known =
            sent.computeIfAbsent(run + "/" + step.getAttempt(), k -> new TreeMap<>());
        StepEvent bare = step.toBuilder().clearRunId().clearTime().build();
        if (known.put(step.getStep(), bare) == null) {
          assertThat(known.lastKey()).as("order of %s", run).isEqualTo(step.getStep());
        }
      } else {
        frames.computeIfAbsent(run, k -> new ArrayList<>()).add(event.getPayloadCase());
      }
    }
    for (String run : RUNS) {
      assertThat(sent.getOrDefault(run + "/0", new TreeMap<>()).keySet())
          .as(run)
          .containsExactlyElementsOf(
              Stream.iterate(0L, n -> n + 1).limit(steps).collect(Collectors.toList()));
      assertThat(sent.get(run + "/0")).as(run).isEqualTo(sent.get("confluent/0"));
      assertThat(frames.getOrDefault(run, List.of()).stream().distinct())
          .as(run)
          .containsExactly(Event.PayloadCase.RUN_STARTED, Event.PayloadCase.RUN_FINISHED);
    }
    assertThat(sent.get("http/1")).hasSize(40);
    assertThat(sent.getOrDefault("http/1", new TreeMap<>()).firstKey()).isEqualTo(steps - 20);
  }

  /** Two attempts with a start and an end each; what was sent again is accepted again. */
  private static void theCollectorCounted(String metrics, int steps) {
    double received = sample(metrics, "thermograd_collector_events_received_total");
    double accepted = sample(metrics, "thermograd_collector_events_accepted_total");
    assertThat(accepted).isGreaterThanOrEqualTo(steps + 40 + 4);
    assertThat(received)
        .isEqualTo(accepted + sample(metrics, "thermograd_collector_events_deferred_total"));
    assertThat(sample(metrics, "thermograd_collector_received_bytes_total")).isPositive();
    assertThat(metrics).contains("thermograd_collector_requests_total{code=\"401\"} 0.0");
  }

  private static double sample(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in\n" + metrics));
  }

  private static void theInsightsComeOut(Map<String, Object> client, int steps) throws Exception {
    Map<String, RunSummary.Status> ends =
        Map.of(
            "confluent/0", RunSummary.Status.COMPLETED,
            "kafka-python/0", RunSummary.Status.COMPLETED,
            "http/0", RunSummary.Status.FAILED,
            "http/1", RunSummary.Status.COMPLETED);
    try (AnalyzerWorker worker =
        AnalyzerWorker.start(
            client,
            AnalyzerWorker.DEFAULT_GROUP,
            AnalysisConfig.DEFAULT,
            FoldLimits.DEFAULT,
            WorkerConfig.DEFAULT,
            WorkerListener.NONE)) {
      PrometheusFixture.await(ends + " in the end", LIMIT, () -> statuses(client).equals(ends));
      assertThat(worker.health().lastError()).isNull();
    }
    Map<String, Insight> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> r : Topic.read(client, Topics.INSIGHTS)) {
      Insight insight = OutputJson.parseInsight(Topic.text(r.value()));
      last.put(insight.runId() + "/" + insight.attempt(), insight);
    }
    assertThat(last).containsOnlyKeys(ends.keySet());
    Quantity trace =
        Objects.requireNonNull(last.get("confluent/0")).quantities().get("noise_trace");
    for (String run : RUNS) {
      Insight insight = Objects.requireNonNull(last.get(run + "/0"));
      assertThat(insight.step()).as(run).isEqualTo(steps - 1);
      assertThat(insight.quantities()).as(run).containsKeys("noise_trace", "loss");
      assertThat(insight.quantities().get("noise_trace"))
          .as("the same through every sink: %s", run)
          .isEqualTo(trace);
    }
  }

  private static Map<String, RunSummary.Status> statuses(Map<String, Object> client) {
    Map<String, RunSummary.Status> statuses = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> r : Topic.read(client, Topics.RUNS)) {
      RunSummary run = OutputJson.parseRun(Topic.text(r.value()));
      statuses.put(run.key(), run.status());
    }
    return statuses;
  }
}
