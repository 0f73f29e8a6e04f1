package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes share the runs, and change in mid-run. */
final class WorkerGroupIT {
  @Test
  void everyRunEndsAsInASingleProcess(@TempDir Path dir) throws Exception {
    List<Process> children = new ArrayList<>();
    try (KafkaFixture kafka = KafkaFixture.start(dir.resolve("kafka"), 6);
        Trainers trainers = new Trainers(kafka, 40, 50)) {
      try {
        children.add(start(kafka));
        children.add(start(kafka));
        WorkerChild.awaitWorking(children.get(0));
        WorkerChild.awaitWorking(children.get(1));
        Thread.sleep(1_500);
        children.get(0).destroyForcibly().waitFor();
        Thread.sleep(500);
        children.add(start(kafka));
        WorkerChild.awaitWorking(children.get(2));
        Thread.sleep(1_500);
        RunStates expected = RunStates.expected(trainers.finish());
        RunStates.awaitCommitted(kafka);
        RunStates durable = RunStates.durable(kafka);
        assertThat(durable.states()).hasSize(40).isEqualTo(expected.states());
        assertThat(durable.insights()).isEqualTo(expected.insights());
      } finally {
        for (Process child : children) {
          child.destroyForcibly().waitFor();
        }
      }
    }
  }

  private static Process start(KafkaFixture kafka) throws Exception {
    // The shortest that a broker allows: how long a killed worker's runs wait.
    return WorkerChild.start(
        "bootstrap.servers=" + kafka.bootstrapServers(),
        "session.timeout.ms=6000",
        "heartbeat.interval.ms=500");
  }
}
