package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.EventReader;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RecorderTest {
  private static final int PARTITIONS = 2;

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final List<Runnable> later = new ArrayList<>();

  RecorderTest() {
    Node node = new Node(0, "localhost", 1);
    List<PartitionInfo> partitions = new ArrayList<>();
    Map<TopicPartition, Long> beginnings = new HashMap<>();
    for (int p = 0; p < PARTITIONS; p++) {
      partitions.add(
          new PartitionInfo(Topics.STEPS, p, node, new Node[] {node}, new Node[] {node}));
      beginnings.put(new TopicPartition(Topics.STEPS, p), 0L);
      ends.put(new TopicPartition(Topics.STEPS, p), 0L);
    }
    consumer.updatePartitions(Topics.STEPS, partitions);
    consumer.updateBeginningOffsets(beginnings);
  }

  @Test
  void copiesOneRunOfManyInItsOrder(@TempDir Path dir) throws Exception {
    List<Event> run = List.of(started("r", 0), step("r", 0), step("r", 1), finished("r", 0));
    put(0, started("other", 0));
    for (Event event : run) {
      put(0, event);
      put(1, step("elsewhere", 7));
    }
    Path file = dir.resolve("r.tgr");
    Recorder.Outcome outcome = copy(file, "r", true);
    assertThat(read(file)).isEqualTo(run);
    assertThat(outcome.finished()).isTrue();
    assertThat(outcome.fromStart()).isTrue();
    assertThat(outcome.others()).containsExactlyInAnyOrder("other", "elsewhere");
  }

  @Test
  void goesOnThroughARestartToTheNewestAttemptsEnd(@TempDir Path dir) throws Exception {
    List<Event> run =
        List.of(started("r", 0), step("r", 0), finished("r", 0), started("r", 1), finished("r", 1));
    run.forEach(event -> put(0, event));
    Path file = dir.resolve("r.jsonl");
    assertThat(copy(file, "r", true).finished()).isTrue();
    assertThat(read(file)).isEqualTo(run);
  }

  @Test
  void stopsAtTheEndOfWhatThereIsWhenItShallNotFollow(@TempDir Path dir) throws Exception {
    put(0, step("r", 5));
    Recorder.Outcome outcome = copy(dir.resolve("r.tgr"), "r", false);
    assertThat(outcome.events()).isEqualTo(1);
    assertThat(outcome.finished()).isFalse();
    assertThat(outcome.fromStart()).isFalse();
  }

  @Test
  void makesNoFileForARunThatIsNotThere(@TempDir Path dir) throws Exception {
    put(1, step("other", 0));
    Path file = dir.resolve("r.tgr");
    Recorder.Outcome outcome = copy(file, "r", true);
    assertThat(outcome.events()).isZero();
    assertThat(outcome.others()).containsExactly("other");
    assertThat(file).doesNotExist();
  }

  @Test
  void countsRecordsThatAreNoEvents(@TempDir Path dir) throws Exception {
    put(0, started("r", 0));
    put(0, "r".getBytes(StandardCharsets.UTF_8), new byte[] {-1});
    put(0, finished("r", 0));
    Recorder recorder = recorder(dir.resolve("r.tgr"), "r", true);
    assertThat(run(recorder).events()).isEqualTo(2);
    assertThat(recorder.rejections().count()).isEqualTo(1);
  }

  @Test
  void countsAndLeavesOutWhatAnalyzersDoNotUseForWantOfAKey(@TempDir Path dir) throws Exception {
    put(0, started("r", 0));
    put(0, null, EventCodec.encode(step("r", 0)));
    put(0, null, EventCodec.encode(step("other", 0)));
    put(0, finished("r", 0));
    Recorder recorder = recorder(dir.resolve("r.tgr"), "r", true);
    assertThat(run(recorder).events()).isEqualTo(2);
    assertThat(recorder.rejections().lines()).singleElement().asString().contains("run_id");
  }

  private Recorder.Outcome copy(Path file, String runId, boolean follow) throws Exception {
    return run(recorder(file, runId, follow));
  }

  private static Recorder recorder(Path file, String runId, boolean follow) {
    return new Recorder(runId, () -> Recordings.create(file), follow);
  }

  private Recorder.Outcome run(Recorder recorder) throws Exception {
    consumer.updateEndOffsets(ends);
    // A mock takes records only for partitions that are assigned by then.
    consumer.schedulePollTask(() -> later.forEach(Runnable::run));
    return recorder.copy(
        consumer,
        () -> false,
        new ProgressLine(new PrintWriter(Writer.nullWriter()), false, System::nanoTime));
  }

  private void put(int partition, Event event) {
    put(
        partition,
        EventCodec.runId(event).getBytes(StandardCharsets.UTF_8),
        EventCodec.encode(event));
  }

  private void put(int partition, byte @Nullable [] key, byte[] value) {
    TopicPartition p = new TopicPartition(Topics.STEPS, partition);
    long offset = ends.merge(p, 1L, Long::sum) - 1;
    later.add(
        () ->
            consumer.addRecord(new ConsumerRecord<>(Topics.STEPS, partition, offset, key, value)));
  }

  private static List<Event> read(Path file) throws Exception {
    List<Event> events = new ArrayList<>();
    try (EventReader reader = Recordings.open(file)) {
      for (Event e = reader.next(); e != null; e = reader.next()) {
        events.add(e);
      }
    }
    return events;
  }

  private static Event started(String run, int attempt) {
    return Event.newBuilder()
        .setRunStarted(RunStarted.newBuilder().setRunId(run).setAttempt(attempt).setStartedAt(1))
        .build();
  }

  private static Event step(String run, long step) {
    return Event.newBuilder()
        .setStep(StepEvent.newBuilder().setRunId(run).setStep(step).setTime(2).setLoss(1))
        .build();
  }

  private static Event finished(String run, int attempt) {
    return Event.newBuilder()
        .setRunFinished(
            RunFinished.newBuilder()
                .setRunId(run)
                .setAttempt(attempt)
                .setTime(3)
                .setStatus(RunFinished.Status.COMPLETED))
        .build();
  }
}
