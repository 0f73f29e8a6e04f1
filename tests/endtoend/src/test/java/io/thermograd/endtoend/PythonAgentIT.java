package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Python package: its own tests, and a watched PyTorch training replayed here. */
@Timeout(400)
class PythonAgentIT {
  private static final String PACKAGE = "agent/python";
  private static final String DIGITS = "tests/endtoend/src/test/python/watched_digits.py";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static Map<String, String> environment() {
    return Map.of(
        "PYTHONPATH", Repository.path(PACKAGE + "/src").toString(),
        "PYTHONDONTWRITEBYTECODE", "1",
        "OMP_NUM_THREADS", "1");
  }

  @Test
  void itsOwnTestsPass() throws Exception {
    ExternalTool.requirePython("torch", "python3-torch");
    ExternalTool.requirePython("google.protobuf", "python3-protobuf");
    ExternalTool python = ExternalTool.requirePython("pytest", "python3-pytest");
    ExternalTool.Result result =
        python.run(
            List.of(
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                Repository.path(PACKAGE + "/tests").toString()),
            environment(),
            LIMIT);
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  @Test
  void aWatchedTrainingHasTheNoiseAndCurvatureThatItHas(@TempDir Path dir) throws Exception {
    ExternalTool.requirePython("sklearn", "python3-sklearn");
    ExternalTool.requirePython("google.protobuf", "python3-protobuf");
    ExternalTool python = ExternalTool.requirePython("torch", "python3-torch");
    Path recording = dir.resolve("digits.tgr");
    ExternalTool.Result trained =
        python.run(
            List.of(Repository.path(DIGITS).toString(), recording.toString()),
            environment(),
            LIMIT);
    assertThat(trained.exitCode()).as(trained.output()).isZero();
    JsonNode truth = new ObjectMapper().readTree(trained.output());

    Path insights = dir.resolve("insights.jsonl");
    try (ChildProcess replay =
        ChildProcess.thermograd(
            dir, "replay", recording.toString(), "--insights", insights.toString())) {
      assertThat(replay.exitCode(Duration.ofMinutes(1))).as(replay.output()).isZero();
    }
    List<String> lines = Files.readAllLines(insights);
    Insight last = OutputJson.parseInsight(lines.get(lines.size() - 1));

    for (String name : List.of("noise_trace", "gradient_sqnorm")) {
      Quantity q = Objects.requireNonNull(last.quantities().get(name), name);
      double low = Objects.requireNonNull(q.low());
      double high = Objects.requireNonNull(q.high());
      double exact = truth.get(name).asDouble();
      // Four standard errors: 1 in 16,000 by chance.
      assertThat(Math.abs(Objects.requireNonNull(q.value()) - exact))
          .as("%s: %s, exactly %s", name, q, exact)
          .isLessThan(high - low);
      assertThat((high - low) / exact).as("%s: %s says something", name, q).isLessThan(0.4);
    }
    Quantity probe = Objects.requireNonNull(last.quantities().get("sharpness_probe"));
    double exact = truth.get("sharpness_probe").asDouble();
    assertThat(Objects.requireNonNull(probe.value()) / exact)
        .as("λ_max by Lanczos in float32 to 0.5 %%, by scipy %s", exact)
        .isBetween(0.98, 1.02);
  }
}
