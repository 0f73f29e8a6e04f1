package io.thermograd.app;

import io.thermograd.wire.EventReader;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "replay",
    description = "Analyse a recording without Kafka: the very same analysis as the live path.",
    footer = {
      "",
      "Exit codes: 0 done; 1 nothing could be analysed, or an error; 2 wrong usage;",
      "3 the recording is cut off or damaged, or Ctrl-C was pressed: analysed up to there."
    })
final class ReplayCommand extends BaseCommand {
  private static final String STDIN = "-";

  @Mixin private AnalysisOptions analysis = new AnalysisOptions();

  @Parameters(
      paramLabel = "FILE",
      description =
          "A recording: .tgr or JSON Lines, told apart by content; - reads standard input.")
  private String file = STDIN;

  @Option(
      names = "--insights",
      paramLabel = "OUT.jsonl",
      description =
          "Write every insight there, one JSON object a line, as the live path's topic has it.")
  private @Nullable Path insightsFile;

  /** How reading ended: empty when the whole recording was read. */
  private record End(String reason) {
    static final End WHOLE = new End("");

    boolean whole() {
      return reason.isEmpty();
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = out();
    PrintWriter err = err();
    Interrupts interrupts = Interrupts.install();
    Replay replay;
    End end;
    try (EventReader reader = open();
        Writer insights = insightsFile == null ? Writer.nullWriter() : create(insightsFile)) {
      replay = new Replay(analysis.config(), insightsFile == null ? null : insights);
      try (ProgressLine progress = ProgressLine.onTerminal(err)) {
        end = readAll(reader, replay, interrupts, progress);
      }
    }
    for (RunReport report : replay.reports().values()) {
      report.lines().forEach(out::println);
      out.println();
    }
    replay.rejections().lines().forEach(line -> err.println("thermograd: " + line));
    if (!end.whole()) {
      err.println("thermograd: " + end.reason());
    }
    if (replay.reports().isEmpty()) {
      throw new Failure(
          file
              + " holds no run that could be analysed: "
              + (replay.rejections().count() == 0
                  ? "it has no events; record one with thermograd record"
                  : "see the reasons above"));
    }
    return end.whole() ? ExitCode.OK : ExitCode.PARTIAL;
  }

  private End readAll(
      EventReader reader, Replay replay, Interrupts interrupts, ProgressLine progress)
      throws IOException {
    long size = file.equals(STDIN) ? 0 : Files.size(Path.of(file));
    while (!interrupts.requested()) {
      Event event;
      try {
        event = reader.next();
      } catch (InvalidEventException e) {
        replay.reject(e);
        continue;
      } catch (IOException e) {
        return new End(e.getMessage() + "; analysed up to there");
      }
      if (event == null) {
        return End.WHOLE;
      }
      replay.apply(event);
      progress.update(reader.position(), size, replay.events(), "events");
    }
    return new End("stopped after %,d events".formatted(replay.events()));
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

  private static Writer create(Path path) throws IOException {
    OutputFiles.requireWritable("--insights", path);
    return Files.newBufferedWriter(path);
  }
}
