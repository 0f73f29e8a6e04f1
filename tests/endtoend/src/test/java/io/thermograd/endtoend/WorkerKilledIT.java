package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker killed with SIGKILL again and again, while trainers go on sending. */
final class WorkerKilledIT {
  private static final int KILLS = 20;
  private static final int KILLS_AT_WORK = 12;

  @Test
  void endsWithTheStateOfAWorkerThatNeverStopped(@TempDir Path dir) throws Exception {
    Random random = new Random(11);
    try (KafkaFixture kafka = KafkaFixture.start(dir.resolve("kafka"), 3);
        Trainers trainers = new Trainers(kafka, 6, 10)) {
      for (int kill = 0; kill < KILLS; kill++) {
        Process child = start(kafka);
        if (kill < KILLS_AT_WORK) {
          WorkerChild.awaitWorking(child);
          Thread.sleep(random.nextInt(500));
        } else {
          Thread.sleep(random.nextInt(1_200)); // while it starts, joins, loads
        }
        child.destroyForcibly(); // SIGKILL
        assertThat(child.waitFor()).isEqualTo(128 + 9);
      }
      RunStates expected = RunStates.expected(trainers.finish());
      Process last = start(kafka);
      try {
        RunStates.awaitCommitted(kafka);
      } finally {
        last.destroyForcibly();
        last.waitFor();
      }
      RunStates durable = RunStates.durable(kafka);
      assertThat(durable.states()).isEqualTo(expected.states());
      assertThat(durable.insights()).isEqualTo(expected.insights());
      assertThat(durable.insights()).hasSizeGreaterThan(6);
    }
  }

  /** With an instance id, so that the next one need not wait for the dead one's session to end. */
  private static Process start(KafkaFixture kafka) throws Exception {
    return WorkerChild.start(
        "bootstrap.servers=" + kafka.bootstrapServers(), "group.instance.id=the-worker");
  }
}
