package io.thermograd.endtoend;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a topic holds now, and how far a group has come in it. */
final class Topic {
  private Topic() {}

  /** All records, each partition in its order. */
  static List<ConsumerRecord<byte[], byte[]>> read(Map<String, Object> client, String topic) {
    Map<String, Object> config = new HashMap<>(client);
    config.put("enable.auto.commit", false);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  /** Waits until the group has committed everything that is in the topic now. */
  static void awaitCommitted(
      Map<String, Object> client, String group, String topic, Duration deadline) throws Exception {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> r : read(client, topic)) {
      ends.put(new TopicPartition(topic, r.partition()), r.offset() + 1);
    }
    try (Admin admin = Admin.create(client)) {
      PrometheusFixture.await(
          group + " has committed " + ends,
          deadline,
          () -> {
            Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, group);
            return ends.entrySet().stream()
                .allMatch(
                    e -> {
                      OffsetAndMetadata at = committed.get(e.getKey());
                      return at != null && at.offset() >= e.getValue();
                    });
          });
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
    try {
      return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      return Map.of(); // the group does not exist yet
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static String header(ConsumerRecord<byte[], byte[]> r, String name) {
    Header header = r.headers().lastHeader(name);
    return header == null ? "" : text(header.value());
  }
}
