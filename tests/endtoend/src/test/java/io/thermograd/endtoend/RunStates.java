package io.thermograd.endtoend;

import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Every run's state and insights: as the topics hold them, and as one fold each gives them. */
record RunStates(Map<String, String> states, Map<String, String> insights) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What one process that never stops would end with. */
  static RunStates expected(Map<String, List<Event>> sent) throws IOException {
    Map<String, String> states = new TreeMap<>();
    Map<String, String> insights = new TreeMap<>();
    for (Map.Entry<String, List<Event>> run : sent.entrySet()) {
      RunFold fold = new RunFold(run.getKey(), AnalysisConfig.DEFAULT);
      FoldOutput out = collect(insights);
      run.getValue().forEach(e -> fold.apply(e, out));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      fold.writeTo(new DataOutputStream(bytes));
      states.put(run.getKey(), HexFormat.of().formatHex(bytes.toByteArray()));
    }
    return new RunStates(states, insights);
  }

  /** What the workers left behind: of each run the snapshot that includes most. */
  static RunStates durable(KafkaFixture kafka) {
    Map<String, String> states = new TreeMap<>();
    Map<String, Long> included = new HashMap<>();
    Map<String, byte[]> newest = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> r : read(kafka, Topics.SNAPSHOTS)) {
      newest.put(new String(r.key(), StandardCharsets.UTF_8), r.value());
    }
    for (byte[] value : newest.values()) {
      if (value == null) {
        continue; // deleted
      }
      // version, run id, included offset, run starts, attempt, standing, state, checksum
      ByteBuffer b = ByteBuffer.wrap(value);
      b.get();
      byte[] id = new byte[b.getInt()];
      b.get(id);
      String run = new String(id, StandardCharsets.UTF_8);
      long offset = b.getLong();
      b.getLong();
      b.getInt();
      b.get();
      byte[] state = new byte[b.remaining() - Integer.BYTES];
      b.get(state);
      if (offset > included.getOrDefault(run, -1L)) {
        included.put(run, offset);
        states.put(run, HexFormat.of().formatHex(state));
      }
    }
    Map<String, String> insights = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> r : read(kafka, Topics.INSIGHTS)) {
      String key = new String(r.key(), StandardCharsets.UTF_8);
      String json = new String(r.value(), StandardCharsets.UTF_8);
      String before = insights.put(key, json);
      if (before != null && !before.equals(json)) {
        throw new AssertionError("two insights under " + key + ": " + before + " and " + json);
      }
    }
    return new RunStates(states, insights);
  }

  /** Returns when the group has committed everything there is. */
  static void awaitCommitted(KafkaFixture kafka) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (Admin admin = kafka.admin()) {
      while (true) {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin
                .listConsumerGroupOffsets(AnalyzerWorker.DEFAULT_GROUP)
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS);
        Map<TopicPartition, Long> ends =
            admin
                .listOffsets(
                    partitions(admin, Topics.STEPS).stream()
                        .collect(Collectors.toMap(tp -> tp, tp -> OffsetSpec.latest())))
                .all()
                .get(30, TimeUnit.SECONDS)
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
        boolean all =
            ends.entrySet().stream()
                .allMatch(
                    e -> {
                      OffsetAndMetadata c = committed.get(e.getKey());
                      return c != null && c.offset() == e.getValue();
                    });
        if (all) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not all is committed: " + committed + " of " + ends);
        }
        Thread.sleep(100);
      }
    }
  }

  private static List<TopicPartition> partitions(Admin admin, String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(30, TimeUnit.SECONDS)
        .values()
        .stream()
        .flatMap(d -> d.partitions().stream())
        .map(p -> new TopicPartition(topic, p.partition()))
        .toList();
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(KafkaFixture kafka, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.config(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private static FoldOutput collect(Map<String, String> insights) {
    return new NoRejections() {
      @Override
      public void insight(Insight insight) {
        insights.put(insight.key(), OutputJson.write(insight));
      }
    };
  }
}
