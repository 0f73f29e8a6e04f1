package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedKafkaTest {

  @Test
  void aKilledBrokersFolderIsLockedWhileItLivesAndWholeAfterwards(@TempDir Path dir)
      throws Exception {
    Process child = startChild(dir);
    try {
      assertThatThrownBy(() -> EmbeddedKafka.start(dir, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by process " + child.pid())
          .hasMessageContaining("--data");
    } finally {
      child.destroyForcibly(); // SIGKILL: no clean shutdown of any kind
      child.waitFor();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0)) {
      assertThat(read(kafka.bootstrapServers(), 100))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 100).mapToObj(Integer::toString).toList());
    }
  }

  @Test
  void oneProcessCannotOpenAFolderTwice(@TempDir Path dir) throws IOException {
    try (DataFolder first = DataFolder.open(dir)) {
      assertThatThrownBy(() -> DataFolder.open(first.path()))
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    }
    DataFolder.open(dir).close();
    assertThat(dir).exists();
  }

  @Test
  void aTemporaryFolderIsGoneAfterClose() throws IOException {
    DataFolder folder = DataFolder.temporary();
    Files.createDirectories(folder.path().resolve("a/b"));
    Files.writeString(folder.path().resolve("a/b/c"), "x");
    folder.close();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aFolderThatIsAFileIsRefusedWithARemedy(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> EmbeddedKafka.start(file, 0))
        .hasMessageContaining("cannot be made")
        .hasMessageContaining("--data");
  }

  @Test
  void aTakenPortIsNamedAndTheFolderGivenBack(@TempDir Path dir) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedKafka.start(dir, taken.getLocalPort()))
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("--kafka-port");
    }
    DataFolder.open(dir).close();
  }

  private static Process startChild(Path dir) throws IOException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                EmbeddedKafkaChild.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (!"ready".equals(line)) {
      child.destroyForcibly();
      throw new AssertionError("the child did not get ready: " + line);
    }
    return child;
  }

  private static List<String> read(String bootstrap, int count) {
    List<String> values = new ArrayList<>();
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition("kept", 0), new TopicPartition("kept", 1)));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(200))) {
          values.add(r.value());
        }
      }
    }
    return values;
  }
}
