package io.thermograd.app;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Experiments;
import io.thermograd.simulator.experiment.Setting;
import io.thermograd.simulator.experiment.WorkerPool;
import io.thermograd.simulator.report.Runner;
import io.thermograd.simulator.report.Summary;
import io.thermograd.simulator.report.TextReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "experiment",
    description = "Show predictions of the theory beside what simulations measure.",
    footer = {
      "",
      "Exit codes: 0 every requirement is met; 1 one is not, or an error; 2 wrong usage."
    })
final class ExperimentCommand extends BaseCommand {
  private static final String ALL = "all";

  @Mixin private ExperimentFiles files = new ExperimentFiles();

  @Parameters(
      paramLabel = "NAME",
      description = "Experiments to run, or all (see --list).",
      arity = "0..*")
  private List<String> names = new ArrayList<>();

  @Option(names = "--list", description = "List the experiments and end.")
  private boolean list;

  @Option(
      names = "--quick",
      description = "Seconds instead of minutes: fewer replicas, the same claims.")
  private boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Cores to use; results do not depend on it (default: all of them).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() throws IOException {
    if (list) {
      TextTable table = new TextTable("name", "what it compares");
      Experiments.all().forEach(e -> table.row(e.name(), e.title()));
      table.lines("").forEach(out()::println);
      return ExitCode.OK;
    }
    List<Experiment> chosen = chosen();
    if (threads < 1) {
      throw usage("--threads should be at least 1: was " + threads);
    }
    files.check();
    Summary summary = run(chosen);
    PrintWriter totals = files.jsonToStandardOutput() ? err() : out();
    TextReport.lines(summary).forEach(totals::println);
    files.write(summary, out());
    return summary.passed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private Summary run(List<Experiment> chosen) {
    PrintWriter tables =
        files.jsonToStandardOutput() ? new PrintWriter(Writer.nullWriter()) : out();
    try (WorkerPool workers = new WorkerPool(threads);
        ExperimentProgress progress =
            new ExperimentProgress(chosen.size(), tables, ProgressLine.onTerminal(err()))) {
      Setting setting = new Setting(seed, quick, workers);
      return new Runner(setting, progress, System::nanoTime).run(chosen);
    }
  }

  private List<Experiment> chosen() {
    if (names.isEmpty()) {
      throw usage("name an experiment, several, or all; --list shows them");
    }
    Set<Experiment> chosen = new LinkedHashSet<>();
    for (String name : names) {
      if (name.equals(ALL)) {
        chosen.addAll(Experiments.all());
      } else {
        chosen.add(Experiments.named(name).orElseThrow(() -> usage(unknown(name))));
      }
    }
    return List.copyOf(chosen);
  }

  private static String unknown(String name) {
    List<String> known = new ArrayList<>(Experiments.all().stream().map(Experiment::name).toList());
    known.add(ALL);
    return "there is no experiment "
        + name
        + Nearest.to(name, known)
            .map(near -> "; did you mean " + near + "?")
            .orElse("; --list shows them");
  }

  private static Failure usage(String message) {
    return new Failure(ExitCode.USAGE, message, null);
  }
}
