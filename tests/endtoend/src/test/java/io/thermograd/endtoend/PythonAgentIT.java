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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Python package: its own tests, and a watched PyTorch training replayed here. */
@Timeout(400)
class PythonAgentIT {
  private static final String PACKAGE = "agent/python";
  private static final String DIGITS = PACKAGE + "/tests/truth.py";
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

  /**
   * The digits network of the package's own tests, whose truth comes from every example's gradient
   * and ARPACK. Sent whole and remembered for ever, so that sampling alone is left: 0.7 % of the
   * noise trace.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aWatchedTrainingHasTheNoiseAndCurvatureThatItHas(int ranks, @TempDir Path dir)
      throws Exception {
    ExternalTool.requirePython("sklearn", "python3-sklearn");
    ExternalTool.requirePython("google.protobuf", "python3-protobuf");
    ExternalTool python = ExternalTool.requirePython("torch", "python3-torch");
    Path recording = dir.resolve("digits.tgr");
    JsonNode truth = new ObjectMapper().readTree(train(python, recording, ranks));

    Path insights = dir.resolve("insights.jsonl");
    try (ChildProcess replay =
        ChildProcess.thermograd(
            dir,
            "replay",
            recording.toString(),
            "--noise-half-life=100000",
            "--insights=" + insights)) {
      assertThat(replay.exitCode(Duration.ofMinutes(1))).as(replay.output()).isZero();
    }
    List<String> lines = Files.readAllLines(insights);
    Insight last = OutputJson.parseInsight(lines.get(lines.size() - 1));

    Map<String, Double> tolerances = new LinkedHashMap<>();
    tolerances.put("noise_trace", 0.02);
    tolerances.put("gradient_noise_scale", 0.05);
    if (ranks == 1) {
      tolerances.put("sharpness_probe", 0.02);
    }
    tolerances.forEach(
        (name, tolerance) -> {
          Quantity q = Objects.requireNonNull(last.quantities().get(name), name);
          double exact = truth.get(name).asDouble();
          double error = Objects.requireNonNull(q.value()) / exact - 1;
          System.out.printf(
              "%d rank(s)  %-22s replayed %9.5g   exact %9.5g   error %+5.2f %%%n",
              ranks, name, q.value(), exact, 100 * error);
          assertThat(Math.abs(error))
              .as("%s: %s, exactly %s", name, q, exact)
              .isLessThanOrEqualTo(tolerance);
        });
  }

  /** What the first of the processes printed. */
  private static String train(ExternalTool python, Path recording, int ranks) throws Exception {
    List<Process> others = new ArrayList<>();
    try {
      for (int rank = ranks - 1; rank > 0; rank--) {
        ProcessBuilder other =
            new ProcessBuilder(command(python, recording))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        other.environment().putAll(environment(recording, rank, ranks));
        others.add(other.start());
      }
      List<String> command = command(python, recording);
      ExternalTool.Result trained =
          python.run(command.subList(1, command.size()), environment(recording, 0, ranks), LIMIT);
      assertThat(trained.exitCode()).as(trained.output()).isZero();
      for (Process other : others) {
        assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(other.exitValue()).isZero();
      }
      String[] lines = trained.output().strip().split("\n");
      return lines[lines.length - 1];
    } finally {
      others.forEach(Process::destroyForcibly);
    }
  }

  private static List<String> command(ExternalTool python, Path recording) {
    return List.of(
        python.path().toString(), Repository.path(DIGITS).toString(), recording.toString(), "4096");
  }

  private static Map<String, String> environment(Path recording, int rank, int ranks) {
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(ranks));
    environment.put("STORE", recording.resolveSibling("store").toString());
    environment.put("GLOO_SOCKET_IFNAME", "lo");
    return environment;
  }
}
