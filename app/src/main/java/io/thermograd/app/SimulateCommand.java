package io.thermograd.app;

import io.thermograd.agent.KafkaTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.simulator.scenario.Scenario;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Setup;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.simulator.scenario.TruthJson;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.wire.EventWriter;
import io.thermograd.wire.Recordings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "simulate",
    description = {
      "Train something whose truth is known, and report it like any other training: to Kafka, or into"
          + " a recording with its truth beside it.",
      "A recording depends on the scenario, the seed, the run's id, the steps, the probes and the layer"
          + " sketches alone, to the byte."
    },
    footer = {
      "",
      "Exit codes: 0 the scenario ran to its end, be that a planned failure of the training;",
      "1 an error; 2 wrong usage; 3 stopped by Ctrl-C: the recording and the truth end there."
    })
final class SimulateCommand extends BaseCommand {
  private static final int DEFAULT_PACE = 200;

  @Mixin private KafkaOptions kafka = new KafkaOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      description = "What to simulate: see --list.")
  private @Nullable String scenario;

  @Option(names = "--list", description = "List the scenarios.")
  private boolean list;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description = "Write a recording instead: JSON Lines when it ends in .jsonl, else .tgr.")
  private @Nullable Path record;

  @Option(
      names = "--truth",
      paramLabel = "FILE",
      description = "Write the truth there (default: beside the recording, as NAME.truth.json).")
  private @Nullable Path truth;

  @Option(names = "--force", description = "Replace files that exist.")
  private boolean force;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description =
          "The run's id (default: the scenario's name, on Kafka with the time behind it).")
  private @Nullable String runId;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the training (default: as many as the scenario needs).")
  private @Nullable Long steps;

  @Option(
      names = "--probe-every",
      paramLabel = "STEPS",
      description =
          "Probe the Hessian every so many steps: its largest eigenvalues, trace and gᵀHg, and those of"
              + " the preconditioned one for Adam (default: as the scenario does).")
  private @Nullable Long probeEvery;

  @Option(
      names = "--layer-sketches",
      paramLabel = "K",
      description =
          "Send a sketch of each layer's gradients as well, of K floats at most: a power of two from 256"
              + " on. They tell the gradient noise layer by layer.")
  private @Nullable Integer layerSketches;

  @Option(
      names = "--pace",
      paramLabel = "STEPS/S",
      description =
          "Steps a second when sending to Kafka (default: "
              + DEFAULT_PACE
              + "; 0 for as fast as it goes).")
  private @Nullable Double pace;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (list) {
      list();
      return ExitCode.OK;
    }
    Scenario chosen = chosen();
    Simulation simulation = chosen.simulation(setup(chosen));
    if (layerSketches != null && !simulation.hasLayers()) {
      throw new Failure(
          ExitCode.USAGE,
          "--layer-sketches needs a scenario with named layers, and "
              + chosen.name()
              + " has none; leave it out",
          null);
    }
    Path recording = record;
    Truth result;
    if (recording == null) {
      result = stream(simulation);
    } else {
      result = record(simulation, recording);
    }
    report(result);
    return result.ending().equals("stopped") ? ExitCode.PARTIAL : ExitCode.OK;
  }

  private Truth stream(Simulation simulation) throws IOException, InterruptedException {
    double wanted = pace == null ? DEFAULT_PACE : pace;
    if (!(wanted >= 0)) {
      throw new Failure(ExitCode.USAGE, "--pace should be 0 or more: was " + wanted, null);
    }
    Path truthFile = truth;
    if (truthFile != null) {
      OutputFiles.requireNew("--truth", truthFile, force);
    }
    Map<String, Object> client = kafka.client();
    try (Admin admin = Cluster.connect(client)) {
      Cluster.requireTopics(admin);
    }
    Interrupts interrupts = Interrupts.install();
    Truth result;
    try (ProgressLine progress = ProgressLine.onTerminal(err())) {
      result =
          simulation.stream(
              new KafkaTransport(client),
              ReporterOptions.defaults(),
              StepClock.paced(wanted == 0 ? Double.POSITIVE_INFINITY : wanted),
              stop(simulation, interrupts, progress));
    }
    if (truthFile != null) {
      write(result, truthFile);
    }
    err()
        .printf(
            Locale.ROOT,
            "thermograd: %,d steps of run %s went to %s%s%n",
            result.steps(),
            result.runId(),
            Cluster.servers(client),
            truthFile == null ? "" : "; the truth is in " + truthFile);
    return result;
  }

  private Truth record(Simulation simulation, Path recording) throws IOException {
    if (pace != null) {
      throw new Failure(
          ExitCode.USAGE,
          "--pace is for sending to Kafka, a recording has no pace; leave it out",
          null);
    }
    if (kafka.given()) {
      throw new Failure(
          ExitCode.USAGE,
          "--record writes a file and --bootstrap-servers sends to Kafka; leave either out",
          null);
    }
    Path truthFile = truth == null ? beside(recording) : truth;
    if (truthFile.equals(recording)) {
      throw new Failure(
          ExitCode.USAGE, "--record and --truth should be two files: were both " + recording, null);
    }
    OutputFiles.requireNew("--record", recording, force);
    OutputFiles.requireNew("--truth", truthFile, force);
    Interrupts interrupts = Interrupts.install();
    Truth result;
    try (EventWriter writer = Recordings.create(recording);
        ProgressLine progress = ProgressLine.onTerminal(err())) {
      result =
          simulation.emit(
              writer::write, Simulation.clock(), stop(simulation, interrupts, progress));
    }
    write(result, truthFile);
    err()
        .printf(
            Locale.ROOT,
            "thermograd: %,d steps of run %s are in %s (%,d bytes); the truth is in %s%n",
            result.steps(),
            result.runId(),
            recording,
            Files.size(recording),
            truthFile);
    return result;
  }

  /** Counts the steps, which are what the question whether to stop is asked for. */
  private static BooleanSupplier stop(
      Simulation simulation, Interrupts interrupts, ProgressLine progress) {
    long[] taken = new long[1];
    return () -> {
      progress.update(taken[0], simulation.setup().steps(), taken[0], "steps");
      taken[0]++;
      return interrupts.requested();
    };
  }

  private void report(Truth result) {
    PrintWriter out = out();
    out.printf(Locale.ROOT, "run %s · %s%n", result.runId(), result.ending());
    TextTable table = new TextTable(">step", "moment", "what");
    result
        .moments()
        .forEach(m -> table.row(String.format(Locale.ROOT, "%,d", m.step()), m.kind(), m.what()));
    if (!result.visits().isEmpty()) {
      out.printf(
          Locale.ROOT,
          "  %,d visits of %,d basins%n",
          result.visits().size(),
          result.visits().stream().map(Truth.Visit::basin).distinct().count());
    }
    if (!result.moments().isEmpty()) {
      table.lines("  ").forEach(out::println);
    }
    out.flush();
  }

  private void list() {
    TextTable table = new TextTable("scenario", ">steps", "what happens");
    for (Scenario s : Scenarios.all()) {
      table.row(s.name(), String.format(Locale.ROOT, "%,d", s.steps()), s.description());
    }
    table.lines("").forEach(out()::println);
    out().flush();
  }

  private Scenario chosen() {
    String name = scenario;
    if (name == null) {
      throw new Failure(
          ExitCode.USAGE, "name a scenario: thermograd simulate --list shows them", null);
    }
    return Scenarios.named(name)
        .orElseThrow(
            () ->
                new Failure(
                    ExitCode.USAGE,
                    "there is no scenario "
                        + name
                        + Nearest.to(name, Scenarios.all().stream().map(Scenario::name).toList())
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("; thermograd simulate --list shows them"),
                    null));
  }

  private Setup setup(Scenario chosen) {
    if (steps != null && steps < 1) {
      throw new Failure(ExitCode.USAGE, "--steps should be at least 1: was " + steps, null);
    }
    String id = runId;
    if (id == null) {
      id = record == null ? RunIds.stamped(chosen.name()) : chosen.name();
    }
    RunIds.require("--run-id", id);
    if (probeEvery != null && probeEvery < 1) {
      throw new Failure(
          ExitCode.USAGE, "--probe-every should be at least 1: was " + probeEvery, null);
    }
    Integer layers = layerSketches;
    if (layers != null && (layers < 256 || layers > 1 << 20 || Integer.bitCount(layers) != 1)) {
      throw new Failure(
          ExitCode.USAGE,
          "--layer-sketches should be a power of two from 256 to 1048576: was " + layers,
          null);
    }
    return new Setup(
        seed,
        id,
        steps == null ? chosen.steps() : steps,
        probeEvery == null ? 0 : probeEvery,
        layers == null ? 0 : layers);
  }

  private static Path beside(Path recording) {
    String name = String.valueOf(recording.getFileName()).replaceFirst("\\.(tgr|jsonl)$", "");
    return recording.resolveSibling(name + ".truth.json");
  }

  private static void write(Truth result, Path file) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      TruthJson.write(result, writer);
    }
  }
}
