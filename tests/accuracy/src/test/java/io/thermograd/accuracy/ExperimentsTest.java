package io.thermograd.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.experiment.Experiments;
import io.thermograd.simulator.experiment.Setting;
import io.thermograd.simulator.experiment.WorkerPool;
import io.thermograd.simulator.report.Outcome;
import io.thermograd.simulator.report.Runner;
import io.thermograd.simulator.report.Summary;
import io.thermograd.simulator.report.TextReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * Every prediction of the theory against its simulation, quick. The tables are printed and written
 * to target/experiments.txt.
 */
class ExperimentsTest {
  private static final Path FILE = Path.of("target", "experiments.txt");
  private static final long SEED = 1;

  @Test
  void everyRequirementIsMet() throws IOException {
    Summary summary;
    try (WorkerPool workers = WorkerPool.ofCores()) {
      Setting setting = new Setting(SEED, true, workers);
      summary =
          new Runner(setting, new Runner.Watcher() {}, System::nanoTime).run(Experiments.all());
    }
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : summary.outcomes()) {
      lines.addAll(TextReport.lines(outcome));
      lines.add("");
    }
    lines.addAll(TextReport.lines(summary));
    Files.createDirectories(FILE.getParent());
    Files.write(FILE, lines);
    lines.forEach(System.out::println);
    SoftAssertions softly = new SoftAssertions();
    for (Outcome outcome : summary.outcomes()) {
      softly
          .assertThat(outcome.passed())
          .as("%s: %s", outcome.experiment().name(), outcome.summary())
          .isTrue();
    }
    softly.assertAll();
  }

  @Test
  void namesAreDistinctAndEasyToType() {
    assertThat(Experiments.all().stream().map(e -> e.name()).toList())
        .doesNotHaveDuplicates()
        .doesNotContain("all")
        .allMatch(name -> name.matches("[a-z0-9]+(-[a-z0-9]+)*"));
  }
}
