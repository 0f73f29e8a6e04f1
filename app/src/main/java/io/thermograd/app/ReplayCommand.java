package io.thermograd.app;

import io.thermograd.wire.EventReader;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.proto.Event;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "replay",
    description = "Analyse a recording without Kafka: the very same analysis as the live path.",
    footer = {
      "",
      "Exit codes: 0 done; 1 nothing could be analysed, or an error; 2 wrong usage;",
      "3 the recording ends in mid-event or was stopped, analysed up to there."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final String STDIN = "-";

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private AnalysisOptions analysis = new AnalysisOptions();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "A recording: .tgr or JSON Lines, told apart by content; - reads standard input.")
  private String file = STDIN;

  @Option(
      names = "--insights",
      paramLabel = "OUT.jsonl",
      description = "Write every insight there, one JSON object a line, as the live path's topic has it.")
  private @Nullable Path insightsFile;

  /** How reading ended. */
  private enum End {
    WHOLE,
    CUT,
    STOPPED
  }

  @Override
  public Integer call() throws IOException {
    CommandSpec command = java.util.Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    Interrupts interrupts = Interrupts.install();
    Replay replay;
    End end;
    String cut = "";
    try (EventReader reader = open();
        Writer insights = insightsFile == null ? Writer.nullWriter() : create(insightsFile)) {
      replay = new Replay(analysis.config(), insightsFile == null ? null : insights);
      try (ProgressLine progress = ProgressLine.onTerminal(err)) {
        end = readAll(reader, replay, interrupts, progress);
      } catch (EOFException e) {
        end = End.CUT;
        cut = String.valueOf(e.getMessage());
      }
    }
    for (RunReport report : replay.reports().values()) {
      report.lines().forEach(out::println);
      out.println();
    }
    replay.rejections().lines().forEach(line -> err.println("thermograd: " + line));
    if (end == End.CUT) {
      err.printf("thermograd: %s; analysed up to there%n", cut);
    } else if (end == End.STOPPED) {
      err.printf("thermograd: stopped after %,d events%n", replay.events());
    }
    if (replay.reports().isEmpty()) {
      throw new Failure(
          file
              + " holds no run that could be analysed: "
              + (replay.rejections().count() == 0
                  ? "it has no events; record one with thermograd record"
                  : "see the reasons above"));
    }
    return end == End.WHOLE ? ExitCode.OK : ExitCode.PARTIAL;
  }

  private End readAll(
      EventReader reader, Replay replay, Interrupts interrupts, ProgressLine progress)
      throws IOException {
    long size = file.equals(STDIN) ? 0 : Files.size(Path.of(file));
    while (!interrupts.requested()) {
      try {
        Event event = reader.next();
        if (event == null) {
          return End.WHOLE;
        }
        replay.apply(event);
      } catch (InvalidEventException e) {
        replay.reject(e);
      }
      progress.update(reader.position(), size, replay.events(), "events");
    }
    return End.STOPPED;
  }

  private EventReader open() throws IOException {
    if (file.equals(STDIN)) {
      return Recordings.open(System.in);
    }
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      throw new Failure("recording " + path + " does not exist; name a .tgr or .jsonl file, or -");
    }
    if (Files.isDirectory(path)) {
      throw new Failure("recording " + path + " is a folder; name a .tgr or .jsonl file in it");
    }
    return Recordings.open(path);
  }

  private static Writer create(Path path) {
    try {
      return Files.newBufferedWriter(path);
    } catch (IOException e) {
      throw new Failure("--insights " + path + " cannot be written: " + e, e);
    }
  }
}
