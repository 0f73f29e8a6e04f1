package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Quantity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's trainer in Python, as it stands there, through a pipe into {@code replay -}. */
@Timeout(180)
class PythonTrainerIT {
  private static final String MODEL = "tests/endtoend/src/test/python/linear_regression.py";
  private static final Pattern SNIPPET = Pattern.compile("(?s)```python\\n(.*?)```");
  private static final Pattern LEFT_OUT = Pattern.compile("(?m)^( +)\\.\\.\\..*$");

  @Test
  void aPrintStatementIsEnough(@TempDir Path dir) throws Exception {
    ExternalTool python = ExternalTool.requirePython("numpy", "python3-numpy");
    Files.copy(Repository.path(MODEL), dir.resolve("linear_regression.py"));
    Files.writeString(dir.resolve("train.py"), trainer());
    Path insights = dir.resolve("insights.jsonl");

    String said = pipe(dir, python, "replay", "-", "--insights", insights.toString());
    assertThat(said)
        .contains("run mine · attempt 0 · step 1,999 · completed")
        .contains("gradient_noise_scale")
        .contains("effective_dimension is absent: ")
        .doesNotContain("not used");

    ExternalTool.Result exact = python.run(List.of(dir.resolve("linear_regression.py").toString()));
    assertThat(exact.exitCode()).as(exact.output()).isZero();
    JsonNode truth = new ObjectMapper().readTree(exact.output());
    List<String> lines = Files.readAllLines(insights);
    Insight last = OutputJson.parseInsight(lines.get(lines.size() - 1));
    for (String name : List.of("noise_trace", "gradient_sqnorm", "loss")) {
      assertAgrees(name, last, truth.get(name).asDouble());
    }
  }

  /** Within the width of the 95 % interval, four standard errors; 1 in 16,000 by chance. */
  private static void assertAgrees(String name, Insight insight, double exact) {
    Quantity q = Objects.requireNonNull(insight.quantities().get(name), name);
    double width = Objects.requireNonNull(q.high()) - Objects.requireNonNull(q.low());
    assertThat(q.value()).as(name).isNotNull();
    assertThat(Math.abs(Objects.requireNonNull(q.value()) - exact))
        .as("%s: %s, by numpy %s", name, q, exact)
        .isLessThan(width);
    assertThat(width / exact).as("%s: %s says something", name, q).isLessThan(0.3);
  }

  /** The snippet, with a model put before it and in the place of its "...". */
  private static String trainer() throws IOException {
    Matcher snippet = SNIPPET.matcher(Files.readString(Repository.path("README.md")));
    assertThat(snippet.find()).as("README.md has a Python trainer").isTrue();
    Matcher leftOut = LEFT_OUT.matcher(snippet.group(1));
    assertThat(leftOut.results()).hasSize(1);
    return "from linear_regression import *\n"
        + leftOut.replaceFirst("$1loss, g, mean_gradient = one_step()");
  }

  /** {@code python train.py | thermograd ARGUMENTS}; what the latter says. */
  private static String pipe(Path dir, ExternalTool python, String... arguments)
      throws IOException, InterruptedException {
    Path said = dir.resolve("said");
    Path complaints = dir.resolve("complaints");
    List<Process> processes =
        ProcessBuilder.startPipeline(
            List.of(
                new ProcessBuilder(python.path().toString(), "train.py")
                    .directory(dir.toFile())
                    .redirectError(complaints.toFile()),
                new ProcessBuilder(ChildProcess.commandLine(arguments))
                    .redirectError(ProcessBuilder.Redirect.appendTo(complaints.toFile()))
                    .redirectOutput(said.toFile())));
    try {
      List<Integer> codes = new ArrayList<>();
      for (Process p : processes) {
        assertThat(p.waitFor(2, TimeUnit.MINUTES)).as("%s ends", p.info()).isTrue();
        codes.add(p.exitValue());
      }
      String output = Files.readString(said, StandardCharsets.UTF_8);
      String errors = Files.readString(complaints, StandardCharsets.UTF_8);
      assertThat(codes).as("%s%n%s", output, errors).containsExactly(0, 0);
      return output + errors;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }
}
