package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Whatever happens to workers, what is durable in the end is what one that never stopped gives. */
final class CrashTest {
  private static final int SCHEDULES = 200;
  private static final int RECORDS = 120;

  /** A worker that is due for a checkpoint now and then, by chance. */
  private static WorkerSession open(SimulatedCluster cluster, Random random) {
    long[] now = {0};
    WorkerSession session =
        new WorkerSession(
            cluster,
            WorkerHarness.ANALYSIS,
            WorkerHarness.LIMITS,
            WorkerConfig.DEFAULT,
            WorkerListener.NONE,
            () -> now[0] += random.nextInt(900),
            new WorkerStatus(() -> now[0]));
    session.open();
    return session;
  }

  private static SimulatedCluster cluster(long seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed);
    cluster.steps.put(0, Trainers.traffic(2 * seed, RECORDS, "a"));
    cluster.steps.put(1, Trainers.traffic(2 * seed + 1, RECORDS, "b"));
    return cluster;
  }

  private static void join(SimulatedCluster cluster) {
    cluster.consumer.rebalance(
        cluster.steps.keySet().stream().map(SimulatedCluster::stepsOf).toList());
  }

  private static boolean done(SimulatedCluster cluster) {
    return cluster.steps.entrySet().stream()
        .allMatch(
            e -> {
              TopicPartition tp = SimulatedCluster.stepsOf(e.getKey());
              return cluster.consumer.position(tp) >= e.getValue().size();
            });
  }

  private static void finish(SimulatedCluster cluster, WorkerSession session) {
    while (!done(cluster)) {
      session.tick();
    }
    session.checkpoint();
    session.close();
  }

  private static void assertSame(WorkerHarness.Result found, WorkerHarness.Result expected, int s) {
    assertThat(found.states().keySet()).as("runs, %d", s).isEqualTo(expected.states().keySet());
    assertThat(found.outputs()).as("outputs, %d", s).isEqualTo(expected.outputs());
    expected
        .states()
        .forEach(
            (run, bits) ->
                assertThat(found.states().get(run)).as("state of %s, %d", run, s).isEqualTo(bits));
  }

  @Test
  void endsWithTheSameBitsAfterCrashesAnywhere() {
    int crashes = 0;
    for (int seed = 0; seed < SCHEDULES; seed++) {
      SimulatedCluster cluster = cluster(seed);
      Random random = new Random(seed);
      WorkerHarness.Result expected = WorkerHarness.uninterrupted(cluster);
      for (int life = random.nextInt(6); life >= 0; life--) {
        cluster.callsLeft = life == 0 ? -1 : random.nextInt(400);
        WorkerSession session = open(cluster, random);
        try {
          join(cluster);
          finish(cluster, session);
        } catch (SimulatedCrash e) {
          crashes++;
        }
        cluster.callsLeft = -1;
        cluster.producer.crash();
        if (random.nextBoolean()) {
          cluster.compactSnapshots();
        }
      }
      assertSame(WorkerHarness.durable(cluster), expected, seed);
    }
    assertThat(crashes).isGreaterThan(SCHEDULES);
  }

  @Test
  void trafficHoldsWhatIsHard() {
    // The schedules above are only as good as the traffic: it has to hold what is hard.
    Set<String> values = new HashSet<>();
    for (int seed = 0; seed < 5; seed++) {
      values.addAll(WorkerHarness.uninterrupted(cluster(seed)).outputs().values());
    }
    for (String hard :
        List.of("malformed", "unknown_run", "oversized", "invalid", "duplicate", "out_of_order")) {
      assertThat(values.contains(hard)).as(hard).isTrue();
    }
    int[] forgotten = {0};
    IntStream.range(0, 20)
        .forEach(
            seed -> {
              PartitionFold fold = new PartitionFold(WorkerHarness.ANALYSIS, WorkerHarness.LIMITS);
              var log = Trainers.traffic(seed, RECORDS, "a");
              for (int o = 0; o < log.size(); o++) {
                fold.apply(o, log.get(o).key(), log.get(o).value(), Recorded.discard());
              }
              forgotten[0] += fold.drainForgotten().size();
            });
    assertThat(forgotten[0]).isGreaterThan(20);
  }

  @Test
  void aPausedOwnerThatWakesUpAfterATakeoverHarmsNothing() {
    for (int seed = 0; seed < SCHEDULES; seed++) {
      SimulatedCluster cluster = cluster(seed);
      Random random = new Random(seed);
      WorkerHarness.Result expected = WorkerHarness.uninterrupted(cluster);

      WorkerSession paused = open(cluster, random);
      SimulatedCluster.SimConsumer pausedConsumer = cluster.consumer;
      SimulatedCluster.SimProducer pausedProducer = cluster.producer;
      cluster.callsLeft = random.nextInt(500);
      try {
        join(cluster);
        finish(cluster, paused);
      } catch (SimulatedCrash e) {
        // paused in the middle of that call, with its queue still to be sent
      }
      cluster.callsLeft = -1;
      pausedConsumer.fenced = true;

      WorkerSession successor = open(cluster, random);
      SimulatedCluster.SimConsumer successorConsumer = cluster.consumer;
      join(cluster);
      for (int i = random.nextInt(30); i >= 0; i--) {
        successor.tick();
      }
      boolean successorFirst = random.nextBoolean();
      if (successorFirst) {
        finish(cluster, successor);
      }
      // It wakes up: sends what it had, goes on with what it believes, and learns at its commit.
      pausedProducer.flush();
      try {
        paused.checkpoint();
      } catch (CommitFailedException e) {
        // as it should
      }
      pausedProducer.flush();
      cluster.compactSnapshots();
      if (!successorFirst) {
        cluster.consumer = successorConsumer;
        finish(cluster, successor);
        cluster.compactSnapshots();
      }
      assertSame(WorkerHarness.durable(cluster), expected, seed);
    }
  }
}
