package io.thermograd.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WorkerSessionTest {
  private final SimulatedCluster cluster = new SimulatedCluster(1);
  private final Random random = new Random(2);
  private final List<Trainers.Sent> log = new ArrayList<>();
  private final Heard heard = new Heard();
  private long now;

  /** Counts what a listener hears. */
  private static final class Heard implements WorkerListener {
    long accepted;
    long skipped;
    long lost;
    int corrupt;
    final List<RejectionKind> rejected = new ArrayList<>();
    final List<String> live = new ArrayList<>();

    @Override
    public void accepted(long events) {
      accepted += events;
    }

    @Override
    public void skipped(long events) {
      skipped += events;
    }

    @Override
    public void rejected(RejectionKind kind) {
      rejected.add(kind);
    }

    @Override
    public void live(Insight current, Map<String, String> labels) {
      live.add("live " + current.runId() + labels);
    }

    @Override
    public void ended(String runId) {
      live.add("ended " + runId);
    }

    @Override
    public void gone(String runId) {
      live.add("gone " + runId);
    }

    @Override
    public void lost(long records) {
      lost += records;
    }

    @Override
    public void snapshotCorrupt() {
      corrupt++;
    }
  }

  private WorkerSession session() {
    cluster.steps.put(0, log);
    cluster.batch = 1;
    WorkerSession session =
        new WorkerSession(
            cluster,
            WorkerHarness.ANALYSIS,
            WorkerHarness.LIMITS,
            WorkerConfig.DEFAULT,
            heard,
            () -> now,
            new WorkerStatus(() -> now));
    session.open();
    cluster.consumer.rebalance(List.of(SimulatedCluster.stepsOf(0)));
    return session;
  }

  private void run(WorkerSession session) {
    while (cluster.consumer.position(SimulatedCluster.stepsOf(0)) < log.size()) {
      session.tick();
    }
  }

  private void startAndSteps(String run, int steps) {
    log.add(Trainers.send(Trainers.started(run, 0)));
    for (int i = 0; i < steps; i++) {
      log.add(Trainers.send(Trainers.step(run, 0, i, random)));
    }
  }

  private @Nullable OffsetAndMetadata commit() {
    return cluster.commits.get(SimulatedCluster.stepsOf(0));
  }

  @Test
  void snapshotsAndCommitsWhenDueAndNotBefore() {
    startAndSteps("a", 3);
    WorkerSession session = session();
    now = 2_999;
    run(session);
    assertThat(commit()).isNull();
    assertThat(cluster.all(Topics.SNAPSHOTS)).isEmpty();
    now = 3_000;
    session.tick();
    assertThat(commit()).isEqualTo(new OffsetAndMetadata(4, "1@4"));
    assertThat(cluster.all(Topics.SNAPSHOTS)).hasSize(1);
    now = 6_000;
    session.tick();
    assertThat(cluster.all(Topics.SNAPSHOTS)).as("nothing is dirty").hasSize(1);
  }

  @Test
  void commitsNothingWhenAnOutputFails() {
    startAndSteps("a", 3);
    WorkerSession session = session();
    cluster.producer.sendException = new TimeoutException("no broker");
    run(session);
    assertThatThrownBy(session::checkpoint)
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("no broker");
    assertThat(String.valueOf(commit())).doesNotContain("offset=4");
    assertThat(cluster.all(Topics.SNAPSHOTS)).isEmpty();
  }

  @Test
  void commitsOnRevocationAndForgetsOnLoss() {
    startAndSteps("a", 3);
    WorkerSession session = session();
    run(session);
    session.onPartitionsLost(List.of(SimulatedCluster.stepsOf(0)));
    session.checkpoint();
    assertThat(commit()).isNull();

    session = session();
    run(session);
    cluster.consumer.rebalance(List.of());
    assertThat(commit()).isEqualTo(new OffsetAndMetadata(4, "1@4"));
  }

  @Test
  void everyRecordIsAcceptedRejectedOrSkipped() {
    startAndSteps("a", 20);
    log.add(new Trainers.Sent(Trainers.key("a"), new byte[] {(byte) 0xff}));
    log.add(log.get(3));
    startAndSteps("b", 20);
    WorkerSession session = session();
    run(session);
    session.checkpoint();
    assertThat(heard.accepted + heard.rejected.size()).isEqualTo(44);
    assertThat(heard.rejected).containsExactly(RejectionKind.MALFORMED, RejectionKind.DUPLICATE);
    assertThat(cluster.all(Topics.DEAD_LETTERS)).hasSameSizeAs(heard.rejected);
    assertThat(heard.skipped).isZero();

    // A group whose commits were set back by hand reads again, and uses nothing twice.
    cluster.commits.put(SimulatedCluster.stepsOf(0), new OffsetAndMetadata(0));
    long before = heard.accepted;
    run(session());
    assertThat(heard.accepted).isEqualTo(before);
    assertThat(heard.skipped).as("all but the malformed one").isEqualTo(43);
  }

  @Test
  void deadLettersCarryTheRecordAndItsPlace() {
    log.add(new Trainers.Sent(Trainers.key("a"), new byte[] {(byte) 0xff, 7}));
    log.add(new Trainers.Sent(Trainers.key("b"), new byte[5_000]));
    WorkerSession session = session();
    run(session);
    session.checkpoint();
    List<ProducerRecord<byte[], byte[]>> letters = cluster.all(Topics.DEAD_LETTERS);
    assertThat(letters.get(0).value()).containsExactly(0xff, 7);
    assertThat(header(letters.get(0), "reason")).isEqualTo("malformed");
    assertThat(header(letters.get(0), "topic")).isEqualTo("thermograd.steps");
    assertThat(header(letters.get(0), "partition")).isEqualTo("0");
    assertThat(header(letters.get(0), "offset")).isEqualTo("0");
    assertThat(header(letters.get(0), "key")).isEqualTo("a");
    assertThat(header(letters.get(0), "message")).isNotBlank();
    assertThat(letters.get(1).value()).hasSize(1_024);
    assertThat(header(letters.get(1), "reason")).isEqualTo("oversized");
    assertThat(header(letters.get(1), "size")).isEqualTo("5000");
  }

  private static String header(ProducerRecord<byte[], byte[]> r, String name) {
    return new String(r.headers().lastHeader(name).value(), UTF_8);
  }

  @Test
  void outputsLieInThePartitionOfTheirSteps() {
    startAndSteps("a", 20);
    WorkerSession session = session();
    run(session);
    session.checkpoint();
    for (String topic : List.of(Topics.INSIGHTS, Topics.RUNS, Topics.SNAPSHOTS)) {
      assertThat(cluster.all(topic))
          .isNotEmpty()
          .allMatch(r -> Integer.valueOf(0).equals(r.partition()));
    }
    assertThat(cluster.all(Topics.INSIGHTS))
        .allMatch(r -> new String(r.key(), UTF_8).startsWith("a/0/"));
  }

  @Test
  void publishesLiveValuesAtMostOncePerIntervalAndTakesThemBack() {
    startAndSteps("a", 3);
    WorkerSession session = session();
    now = 1;
    run(session);
    int first = heard.live.size();
    assertThat(first).isLessThanOrEqualTo(1);
    now = 200;
    session.tick();
    assertThat(heard.live).hasSize(first + 1).last().isEqualTo("live a{team=blue}");
    now = 1_000;
    session.tick();
    assertThat(heard.live).as("nothing new").hasSize(first + 1);
    now = 200 + WorkerConfig.DEFAULT.runTtl().toMillis();
    session.tick();
    assertThat(heard.live).last().isEqualTo("gone a");

    log.add(Trainers.send(Trainers.finished("a", 0, 1_001)));
    run(session);
    now += 1_000;
    session.tick();
    assertThat(heard.live).endsWith("live a{team=blue}", "ended a");
  }

  @Test
  void rebuildsARunWhoseSnapshotIsBroken() {
    startAndSteps("a", 15);
    startAndSteps("b", 15);
    WorkerSession session = session();
    run(session);
    session.checkpoint();
    session.close();
    List<ProducerRecord<byte[], byte[]>> snapshots = cluster.log(Topics.SNAPSHOTS, 0);
    byte[] state = snapshots.get(0).value();
    state[state.length / 2] ^= 1;
    int insights = cluster.all(Topics.INSIGHTS).size();

    log.add(Trainers.send(Trainers.step("a", 0, 15, random)));
    log.add(Trainers.send(Trainers.step("b", 0, 15, random)));
    session = session();
    run(session);
    session.checkpoint();
    session.close();
    assertThat(heard.corrupt).isEqualTo(1);
    assertThat(cluster.all(Topics.INSIGHTS)).as("nothing said twice").hasSize(insights);
    assertThat(WorkerHarness.durable(cluster).states())
        .isEqualTo(WorkerHarness.uninterrupted(cluster).states());
  }

  @Test
  void countsWhatRetentionTookAway() {
    startAndSteps("a", 30);
    cluster.commits.put(SimulatedCluster.stepsOf(0), new OffsetAndMetadata(5, "1@5"));
    cluster.beginning = 12;
    run(session());
    assertThat(heard.lost).isEqualTo(7);
    assertThat(heard.rejected).hasSize(31 - 12).containsOnly(RejectionKind.UNKNOWN_RUN);
  }

  @Test
  void beginsAnewWhenTheTopicWasMadeAnew() {
    startAndSteps("a", 30);
    WorkerSession session = session();
    run(session);
    session.checkpoint();
    session.close();
    log.clear();
    startAndSteps("a", 4);
    long before = heard.accepted;
    session = session();
    run(session);
    session.checkpoint();
    assertThat(heard.accepted - before).isEqualTo(5);
    assertThat(WorkerHarness.durable(cluster).states())
        .isEqualTo(WorkerHarness.uninterrupted(cluster).states());
  }
}
