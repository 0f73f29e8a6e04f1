package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Experiments;
import io.thermograd.simulator.experiment.Findings;
import io.thermograd.simulator.report.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ExperimentCommandTest {
  private static final String NAME = "stationary-covariance";

  @Test
  void everyExperimentIsListed() {
    Cli cli = Cli.run("experiment", "--list");
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains(Experiments.all().stream().map(Experiment::name).toList());
  }

  @Test
  void resultsDoNotDependOnTheThreads(@TempDir Path dir) throws IOException {
    Path page = dir.resolve("report.html");
    Path json = dir.resolve("report.json");
    Cli one =
        Cli.run(
            "experiment",
            NAME,
            "--quick",
            "--threads=1",
            "--json",
            json.toString(),
            "--html",
            page.toString());
    assertThat(one.exitCode()).as(one.err() + one.out()).isZero();
    assertThat(one.err()).isEmpty();
    assertThat(one.out())
        .contains("(" + NAME + ")", "predicted", "95 % interval", "PASS")
        .contains("1 experiment: ", " requirements met · seed 1, quick · ");
    assertThat(Files.readString(page)).contains("<!doctype html>", "uPlot", "id=\"" + NAME + "\"");
    assertThat(dir).isDirectoryNotContaining("glob:**.part");

    Cli three = Cli.run("experiment", NAME, "--quick", "--threads", "3", "--json");
    assertThat(three.exitCode()).isZero();
    assertThat(three.out()).startsWith("{").endsWith("}\n");
    assertThat(three.errLines()).singleElement().asString().contains("requirements met");
    assertThat(withoutSeconds(three.out())).isEqualTo(withoutSeconds(Files.readString(json)));
  }

  @Test
  void progressSaysWhatRunsAndMakesRoomForTables() {
    StringWriter tables = new StringWriter();
    StringWriter terminal = new StringWriter();
    Experiment experiment = Experiments.all().get(0);
    try (ExperimentProgress progress =
        new ExperimentProgress(
            2,
            new PrintWriter(tables),
            new ProgressLine(new PrintWriter(terminal), true, () -> 0))) {
      progress.begun(experiment);
      progress.show();
      assertThat(terminal.toString()).isEqualTo("\r0 of 2 done, 0 s: " + experiment.name());
      progress.ended(experiment);
      progress.ready(
          new Outcome(experiment, new Findings(List.of(), List.of(), List.of()), 1, null));
    }
    assertThat(terminal.toString()).endsWith(" \r");
    assertThat(tables.toString()).startsWith(experiment.title());
  }

  private static String withoutSeconds(String json) {
    return json.replaceAll("\"seconds\" : [0-9.E-]+", "");
  }
}
