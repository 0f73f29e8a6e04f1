package io.thermograd.app;

import io.thermograd.wire.Recordings;
import io.thermograd.wire.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "record",
    description = "Copy a run from Kafka into a file, from its start until it has finished.",
    footer = {
      "",
      "Exit codes: 0 the run is complete in the file; 1 an error, or no such run; 2 wrong usage;",
      "3 the run had not finished (--no-follow, Ctrl-C), or its start was no longer there."
    })
final class RecordCommand extends BaseCommand {
  private static final int LISTED = 20;

  @Mixin private KafkaOptions kafka = new KafkaOptions();

  @Parameters(paramLabel = "RUN", description = "The run's id.")
  private String runId = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The recording: JSON Lines when it ends in .jsonl, else .tgr.")
  private Path out = Path.of("");

  @Option(
      names = "--no-follow",
      description = "Copy what is there now and do not wait for the run's end.")
  private boolean noFollow;

  @Option(names = "--force", description = "Replace FILE when it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = err();
    OutputFiles.requireNew("--out", out, force);
    Map<String, Object> client = kafka.client();
    try (Admin admin = Cluster.connect(client)) {
      Cluster.requireTopics(admin);
    }
    Interrupts interrupts = Interrupts.install();
    Recorder recorder = new Recorder(runId, () -> Recordings.create(out), !noFollow);
    Recorder.Outcome outcome;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Cluster.reader(client));
        ProgressLine progress = ProgressLine.onTerminal(err)) {
      outcome = recorder.copy(consumer, interrupts::requested, progress);
    } catch (KafkaException e) {
      throw new Failure("reading " + Topics.STEPS + " failed: " + e.getMessage(), e);
    }
    recorder.rejections().lines().forEach(line -> err.println("thermograd: " + line));
    if (outcome.events() == 0) {
      throw new Failure(unknown(outcome.others()));
    }
    err.printf(
        "thermograd: %,d events of run %s are in %s (%,d bytes)%s%s%n",
        outcome.events(),
        runId,
        out,
        Files.size(out),
        outcome.fromStart() ? "" : "; the run's start is no longer in the topic",
        outcome.finished() ? "" : "; the run has not finished");
    return outcome.finished() && outcome.fromStart() ? ExitCode.OK : ExitCode.PARTIAL;
  }

  private String unknown(Set<String> others) {
    List<String> known = new ArrayList<>(others);
    if (known.isEmpty()) {
      return "there is no run " + runId + " in " + Topics.STEPS + ", nor any other";
    }
    List<String> latest = known.subList(Math.max(0, known.size() - LISTED), known.size());
    int more = known.size() - latest.size();
    return "there is no run "
        + runId
        + " in "
        + Topics.STEPS
        + "; there are "
        + String.join(", ", latest)
        + (more > 0 ? " and " + more + " more" : "");
  }
}
