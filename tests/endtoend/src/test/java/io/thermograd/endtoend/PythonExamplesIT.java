package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Python examples, in short, through the embedded broker to /metrics and the HTTP API. */
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class PythonExamplesIT {
  private static final String EXAMPLES = "agent/python/examples/";
  private static final Duration STARTS = Duration.ofMinutes(1);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable ChildProcess up;
  private String page = "";
  private String metrics = "";
  private String kafka = "";

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    ChildProcess station =
        ChildProcess.thermograd(
            dir,
            "up",
            "--port=0",
            "--metrics-port=0",
            "--kafka-port=0",
            "--insight-every-steps=10");
    up = station;
    page = station.await(Pattern.compile("page +(http://[0-9.]+:\\d+)"), STARTS).group(1);
    metrics = station.await(Pattern.compile("metrics +(http://\\S+)"), STARTS).group(1);
    kafka = station.await(Pattern.compile("kafka +(127\\.0\\.0\\.1:\\d+)"), STARTS).group(1);
  }

  @AfterAll
  void stop() {
    if (up != null) {
      up.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "digits_mlp,       300, noise_trace gradient_noise_scale effective_dimension"
        + " temperature_effective",
    "digits_cnn,       150, noise_trace gradient_noise_scale effective_dimension"
        + " layer_noise_trace",
    "text_transformer,  60, noise_trace gradient_noise_scale sharpness_probe hessian_trace"
  })
  void anExampleIsUnderstood(String example, int steps, String quantities) throws Exception {
    ExternalTool.requirePython("sklearn", "python3-sklearn");
    ExternalTool.requirePython("confluent_kafka", "python3-confluent-kafka");
    ExternalTool python = ExternalTool.requirePython("torch", "python3-torch");
    ExternalTool.Result trained =
        python.run(
            List.of(
                Repository.path(EXAMPLES + example + ".py").toString(),
                "--sink=kafka://" + kafka,
                "--run-id=" + example,
                "--steps=" + steps),
            environment(),
            LIMIT);
    assertThat(trained.exitCode()).as(trained.output()).isZero();
    assertThat(trained.output()).as("warnings").isEmpty();

    JsonNode insight = lastInsight(example, steps - 1);
    assertThat(insight.at("/regime").asText()).isEqualTo("descending");
    assertThat(insight.at("/verdict/severity").asText()).isEqualTo("ok");
    assertThat(insight.at("/verdict/title").asText()).isEqualTo("The loss is falling");
    for (String quantity : ("loss batch_loss " + quantities).split(" ")) {
      awaitSeries(quantity, example);
    }
  }

  @Test
  void aRunOfScalarsHasItsLossAndSaysWhyItHasNoMore(@TempDir Path dir) throws Exception {
    ExternalTool.requirePython("confluent_kafka", "python3-confluent-kafka");
    ExternalTool python = ExternalTool.requirePython("torch", "python3-torch");
    List<String> lines = new ArrayList<>();
    for (int t = 0; t < 200; t++) {
      double loss = 2 * Math.exp(-t / 60.0) + 0.02 * Math.sin(17.0 * t);
      lines.add(
          "{\"step\": %d, \"train_loss\": %s, \"lr\": 0.1, \"grad_norm\": 2.0}".formatted(t, loss));
    }
    Path file = Files.write(dir.resolve("log.jsonl"), lines);
    ExternalTool.Result tailed =
        python.run(
            List.of(
                "-m",
                "thermograd",
                "tail",
                "--jsonl=" + file,
                "--once",
                "--run-id=scalars",
                "--sink=kafka://" + kafka),
            environment(),
            LIMIT);
    assertThat(tailed.exitCode()).as(tailed.output()).isZero();
    assertThat(tailed.output()).isEqualTo("200 steps of run scalars\n");

    JsonNode insight = lastInsight("scalars", 199);
    assertThat(insight.at("/quantities/loss/value").asDouble()).isBetween(0.03, 0.5);
    assertThat(insight.at("/quantities/learning_rate/value").asDouble()).isEqualTo(0.1);
    assertThat(insight.at("/quantities/gradient_norm/value").asDouble()).isEqualTo(2.0);
    assertThat(insight.at("/regime").asText()).isEqualTo("descending");
    for (String quantity :
        List.of("noise_trace", "gradient_noise_scale", "temperature_effective", "sharpness")) {
      assertThat(insight.at("/quantities/" + quantity).isMissingNode()).as(quantity).isTrue();
      assertThat(insight.at("/absent/" + quantity).asText()).as(quantity).contains(" ");
    }
  }

  /** The newest insight, once it is the one of that step. */
  private JsonNode lastInsight(String run, int step) throws Exception {
    long end = System.nanoTime() + STARTS.toNanos();
    while (true) {
      HttpResponse<String> answer = ask(page + "/api/runs/" + run + "/insights");
      if (answer.statusCode() == 200) {
        JsonNode all = new ObjectMapper().readTree(answer.body());
        JsonNode insight = all.path(all.size() - 1);
        if (insight.path("step").asInt(-1) == step) {
          return insight;
        }
      }
      assertThat(System.nanoTime()).as("%s reaches step %s", run, step).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private void awaitSeries(String quantity, String run) throws Exception {
    Pattern line =
        Pattern.compile(
            "(?m)^thermograd_%s\\{[^}]*run=\"%s\"[^}]*\\} (?!NaN)".formatted(quantity, run));
    long end = System.nanoTime() + STARTS.toNanos();
    while (!line.matcher(ask(metrics).body()).find()) {
      assertThat(System.nanoTime()).as("%s of %s in /metrics", quantity, run).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private HttpResponse<String> ask(String url) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static Map<String, String> environment() {
    return Map.of(
        "PYTHONPATH", Repository.path("agent/python/src").toString(),
        "PYTHONDONTWRITEBYTECODE", "1",
        "OMP_NUM_THREADS", "1");
  }
}
