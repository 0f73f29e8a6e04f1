package io.thermograd.benchmarks;

import io.thermograd.app.EmbeddedKafka;
import io.thermograd.stream.TopicsAdmin;
import io.thermograd.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker in this process on a temporary folder, with the topics. */
final class BenchmarkKafka implements AutoCloseable {
  private final TopicsAdmin.Plan plan;
  private final Path folder;
  private final EmbeddedKafka broker;

  BenchmarkKafka(int partitions) throws Exception {
    plan = new TopicsAdmin.Plan(partitions, (short) 1, Duration.ofHours(1));
    folder = Files.createTempDirectory("thermograd-benchmark");
    broker = EmbeddedKafka.start(folder, 0);
    try (Admin admin = Admin.create(config())) {
      TopicsAdmin.ensure(admin, plan);
    }
  }

  Map<String, Object> config() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "linger.ms",
            "2",
            "batch.size",
            "262144",
            "buffer.memory",
            "67108864"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** As if nothing had been analysed yet: what a worker finds done it does not do again. */
  void forgetSnapshots() throws Exception {
    try (Admin admin = Admin.create(config())) {
      admin.deleteTopics(List.of(Topics.SNAPSHOTS)).all().get();
      while (admin.listTopics().names().get().contains(Topics.SNAPSHOTS)) {
        Thread.sleep(20);
      }
      TopicsAdmin.ensure(admin, plan);
    }
  }

  @Override
  public void close() throws IOException {
    broker.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
