package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.app.Main;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.wire.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the live path said about a run is what a replay of its recording says, byte for byte. */
@Timeout(240)
class ReplayAgreementIT {
  private static final Pattern KAFKA = Pattern.compile("kafka +(127\\.0\\.0\\.1:\\d+)");

  @Test
  void recordingsGiveTheInsightsOfTheLivePath(@TempDir Path dir) throws Exception {
    try (ChildProcess up =
        ChildProcess.thermograd(
            dir, "up", "--port=0", "--metrics-port=0", "--collector-port=0", "--kafka-port=0")) {
      String servers = up.await(KAFKA, Duration.ofMinutes(1)).group(1);
      Map<String, Object> client = new HashMap<>(Map.of("bootstrap.servers", servers));
      new AwkwardRuns(client).send();
      Topic.awaitCommitted(
          client, AnalyzerWorker.DEFAULT_GROUP, Topics.STEPS, Duration.ofMinutes(1));

      Map<String, List<String>> live = insights(client);
      assertThat(live).containsOnlyKeys(AwkwardRuns.ALL);
      for (String run : AwkwardRuns.ALL) {
        for (String ending : List.of(".tgr", ".jsonl")) {
          assertThat(recordAndReplay(dir, servers, run, ending))
              .as("insights of %s%s; %s", run, ending, up.output())
              .isEqualTo(live.get(run));
        }
      }
      theRunsWereAsAwkwardAsTheyShouldBe(live);
      everyDeadLetterSaysWhy(client);
      theDoctorSees(servers);

      up.interrupt();
      assertThat(up.exitCode(Duration.ofSeconds(30))).as(up.output()).isZero();
    }
  }

  /** By run, in the topic's order; what a worker wrote twice after a failure counts once. */
  private static Map<String, List<String>> insights(Map<String, Object> client) {
    return Topic.read(client, Topics.INSIGHTS).stream()
        .collect(
            Collectors.groupingBy(
                r -> Topic.text(r.key()).split("/", -1)[0],
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    records ->
                        records.stream().map(r -> Topic.text(r.value())).distinct().toList())));
  }

  private static List<String> recordAndReplay(Path dir, String servers, String run, String ending)
      throws Exception {
    Path recording = dir.resolve(run + ending);
    Path out = dir.resolve(run + ending + ".insights");
    succeed("record", run, "--out=" + recording, "--bootstrap-servers=" + servers);
    succeed("replay", recording.toString(), "--insights=" + out);
    return Files.readAllLines(out);
  }

  private static void theRunsWereAsAwkwardAsTheyShouldBe(Map<String, List<String>> live) {
    live.forEach(
        (run, lines) -> {
          assertThat(lines).as(run).hasSizeGreaterThan(3);
          assertThat(lines.get(lines.size() - 1)).contains("\"step\":399,", "\"noise_trace\"");
        });
    assertThat(live.get(AwkwardRuns.RESTARTED))
        .anyMatch(l -> l.contains("\"attempt\":0,\"step\":299,"))
        .anyMatch(l -> l.contains("\"attempt\":1,\"step\":200,"));
    assertThat(live.get(AwkwardRuns.TWO_RANKS))
        .anyMatch(l -> l.contains("\"dropped_events\":{\"value\":" + AwkwardRuns.DROPPED));
  }

  private static void everyDeadLetterSaysWhy(Map<String, Object> client) {
    List<ConsumerRecord<byte[], byte[]>> letters = Topic.read(client, Topics.DEAD_LETTERS);
    Map<String, Long> byReason =
        letters.stream()
            .collect(
                Collectors.groupingBy(
                    r -> Topic.header(r, "reason"), TreeMap::new, Collectors.counting()));
    assertThat(byReason).isEqualTo(AwkwardRuns.deadLetters());
    assertThat(letters)
        .allSatisfy(
            r -> {
              assertThat(Topic.header(r, "message")).hasSizeGreaterThan(10).doesNotContain("\n");
              assertThat(Topic.header(r, "topic")).isEqualTo(Topics.STEPS);
              assertThat(Topic.header(r, "partition")).matches("\\d+");
              assertThat(Topic.header(r, "offset")).matches("\\d+");
            });
    assertThat(letters.stream().map(r -> Topic.header(r, "message")))
        .anyMatch(m -> m.contains("learning_rate") && m.contains("-1"))
        .anyMatch(m -> m.contains("rank") && m.contains("7"))
        .anyMatch(m -> m.contains("key is missing"))
        .anyMatch(m -> m.contains("schema_version") && m.contains("99"))
        .anyMatch(m -> m.contains("ghost"));
  }

  private static void theDoctorSees(String servers) {
    String said = succeed("doctor", "--bootstrap-servers=" + servers);
    AwkwardRuns.deadLetters()
        .forEach((reason, count) -> assertThat(said).contains(count + " " + reason + " (last: "));
    assertThat(said)
        .contains("OK    broker")
        .contains("OK    topics")
        .contains("0 steps wait to be analysed")
        .contains(AwkwardRuns.DROPPED + " events of " + AwkwardRuns.TWO_RANKS);
  }

  private static String succeed(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter to = new PrintWriter(said, true);
    int code = new CommandLine(Main.class).setOut(to).setErr(to).execute(arguments);
    assertThat(code).as("%s: %s", List.of(arguments), said).isZero();
    return said.toString();
  }
}
