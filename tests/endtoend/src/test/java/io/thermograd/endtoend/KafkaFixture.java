package io.thermograd.endtoend;

import io.thermograd.app.EmbeddedKafka;
import io.thermograd.stream.TopicsAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** A real broker with the topics of the path: in a container where Docker exists, else embedded. */
final class KafkaFixture implements AutoCloseable {
  private static final String IMAGE = "apache/kafka:4.3.1";

  private final AutoCloseable broker;
  private final String bootstrapServers;

  private KafkaFixture(AutoCloseable broker, String bootstrapServers) {
    this.broker = broker;
    this.bootstrapServers = bootstrapServers;
  }

  static KafkaFixture start(Path dir, int partitions) throws IOException {
    KafkaFixture fixture = docker() ? container() : embedded(dir);
    try (Admin admin = fixture.admin()) {
      List<String> problems =
          TopicsAdmin.ensure(
              admin, new TopicsAdmin.Plan(partitions, (short) 1, Duration.ofDays(1)));
      if (!problems.isEmpty()) {
        throw new AssertionError(problems);
      }
    }
    return fixture;
  }

  private static boolean docker() {
    // Testcontainers searches for long where there is none.
    boolean hint =
        System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    return hint && DockerClientFactory.instance().isDockerAvailable();
  }

  private static KafkaFixture container() {
    KafkaContainer container = new KafkaContainer(IMAGE);
    container.start();
    return new KafkaFixture(container, container.getBootstrapServers());
  }

  private static KafkaFixture embedded(Path dir) throws IOException {
    EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0);
    return new KafkaFixture(kafka, kafka.bootstrapServers());
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  Map<String, Object> config() {
    return new HashMap<>(Map.of("bootstrap.servers", bootstrapServers));
  }

  Admin admin() {
    Properties p = new Properties();
    p.putAll(config());
    return Admin.create(p);
  }

  @Override
  public void close() throws Exception {
    broker.close();
  }
}
