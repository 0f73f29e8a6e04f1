package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.agent.KafkaTransport;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.TopicsAdmin;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerListener;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands around a run that went through a real broker and the worker. */
@Timeout(120)
class LivePathTest {

  @Test
  void theTopicHoldsWhatAReplayOfTheRecordingWrites(@TempDir Path dir) throws Exception {
    List<Event> events = ReplayTest.events("r");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("data"), 0)) {
      Map<String, Object> client =
          Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
      try (Admin admin = Cluster.connect(client)) {
        TopicsAdmin.Plan usual = TopicsAdmin.Plan.DEFAULT;
        Cluster.ensureTopics(
            admin, new TopicsAdmin.Plan(2, usual.replication(), usual.retention()));
        assertThat(TopicsAdmin.verify(admin)).isEmpty();
      }
      send(client, events);
      try (AnalyzerWorker worker =
              AnalyzerWorker.start(
                  client,
                  AnalyzerWorker.DEFAULT_GROUP,
                  AnalysisConfig.DEFAULT,
                  FoldLimits.DEFAULT,
                  WorkerConfig.DEFAULT,
                  WorkerListener.NONE);
          TopicReports reports = new TopicReports(client)) {
        assertThat(reports.awaitEnd("r", () -> false)).isTrue();
        assertThat(reports.report("r").lines().get(0)).contains("completed");
        assertThat(worker.health().lastError()).isNull();
      }
      String[] to = {"--bootstrap-servers", kafka.bootstrapServers()};

      Path recording = dir.resolve("r.tgr");
      assertThat(Cli.run("record", "r", "--out", recording.toString(), to[0], to[1]).exitCode())
          .isZero();
      Path insights = dir.resolve("insights.jsonl");
      Cli.run("replay", recording.toString(), "--insights", insights.toString());
      assertThat(values(client, Topics.INSIGHTS))
          .isNotEmpty()
          .isEqualTo(Files.readAllLines(insights));

      Cli unknown = Cli.run("record", "s", "--out", dir.resolve("s.tgr").toString(), to[0], to[1]);
      assertThat(unknown.exitCode()).isEqualTo(1);
      assertThat(unknown.errLines()).singleElement().asString().endsWith("there are r");

      Cli doctor = Cli.run("doctor", to[0], to[1]);
      assertThat(doctor.exitCode()).as(doctor.out()).isZero();
      assertThat(doctor.out())
          .contains("OK    broker")
          .contains("OK    topics")
          .contains("OK    cleanup")
          .contains("0 steps wait to be analysed")
          .contains("WARN  analyzers"); // it was closed above
    }
  }

  private static void send(Map<String, Object> client, List<Event> events) throws Exception {
    KafkaTransport transport = new KafkaTransport(client);
    for (Event event : events) {
      transport.send(event);
    }
    transport.flush(Duration.ofSeconds(30));
    transport.close(Duration.ofSeconds(5));
    assertThat(transport.failed()).isZero();
  }

  private static List<String> values(Map<String, Object> client, String topic) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Cluster.reader(client))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(100))) {
          values.add(new String(r.value(), StandardCharsets.UTF_8));
        }
      }
    }
    return values;
  }
}
