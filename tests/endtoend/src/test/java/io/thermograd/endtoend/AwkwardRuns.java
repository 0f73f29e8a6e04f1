package io.thermograd.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.agent.KafkaTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.simulator.scenario.DemoRun;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.simulator.train.TrainingRun;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trainings of the digits network that reach the topic in every way the path has to stand: as they
 * are, in two ranks, restarted, and among records that cannot be used.
 */
final class AwkwardRuns {
  static final String PLAIN = "plain";
  static final String TWO_RANKS = "two-ranks";
  static final String RESTARTED = "restarted";
  static final String DIRTY = "dirty";
  static final List<String> ALL = List.of(PLAIN, TWO_RANKS, RESTARTED, DIRTY);

  /** What the agent of {@link #TWO_RANKS} says it had to drop. */
  static final long DROPPED = 17;

  private static final int STEPS = 400;
  private static final double STARTED_AT = 1.7e9;
  private static final double STEPS_PER_SECOND = 80;

  private final Map<String, Object> client;

  AwkwardRuns(Map<String, Object> client) {
    this.client = client;
  }

  /** Sends everything; all of it is in the topic when this returns. */
  void send() throws Exception {
    digits(PLAIN).stream(
        new KafkaTransport(client),
        ReporterOptions.defaults().withFlushDeadline(Duration.ofMinutes(1)),
        StepClock.system(),
        () -> false);
    transport(twoRanks());
    transport(restarted());
    try (RawRecords topic = new RawRecords(client, DIRTY)) {
      dirty(topic);
    }
  }

  /** How many of the records cannot be used, by kind. */
  static Map<String, Long> deadLetters() {
    return new TreeMap<>(
        Map.of(
            "malformed", 2L,
            "invalid", 3L,
            "unsupported_version", 1L,
            "unknown_run", 3L,
            "duplicate", 4L,
            "out_of_order", 3L,
            "oversized", 1L));
  }

  private void transport(List<Event> events) throws Exception {
    KafkaTransport transport = new KafkaTransport(client);
    for (Event event : events) {
      transport.send(event);
    }
    transport.flush(Duration.ofMinutes(1));
    transport.close(Duration.ofSeconds(10));
    assertThat(transport.failed()).isZero();
  }

  private static TrainingRun digits(String runId) {
    TrainingRun demo = DemoRun.of(DemoRun.SEED);
    return demo.withRunId(runId).withPlan(demo.plan().withSteps(STEPS));
  }

  /** Start, steps and end of a training; event i + 1 is step i. */
  private static List<Event> training(String runId) throws IOException {
    List<Event> events = new ArrayList<>();
    digits(runId).emit(events::add, StepClock.synthetic(STARTED_AT, STEPS_PER_SECOND), () -> false);
    return events;
  }

  /**
   * Each step in two events of half of its micro-batches. The second rank is three steps late,
   * loses every 50th step, and is gone for good in the last ten.
   */
  private static List<Event> twoRanks() throws IOException {
    List<Event> events = new ArrayList<>();
    List<Event> late = new ArrayList<>();
    for (Event e : training(TWO_RANKS)) {
      if (e.hasStep()) {
        StepEvent whole = e.getStep();
        int half = whole.getMicroBatchesCount() / 2;
        events.add(rank(whole, 0, 0, half));
        if (whole.getStep() % 50 != 49 && whole.getStep() < STEPS - 10) {
          late.add(rank(whole, 1, half, 2 * half));
        }
        if (late.size() > 3) {
          events.add(late.remove(0));
        }
      } else if (e.hasRunStarted()) {
        RunStarted started = e.getRunStarted().toBuilder().setWorldSize(2).build();
        events.add(Event.newBuilder().setRunStarted(started).build());
      } else {
        events.addAll(late);
        events.add(e);
      }
    }
    return events;
  }

  private static Event rank(StepEvent whole, int rank, int from, int to) {
    return Event.newBuilder()
        .setStep(
            whole.toBuilder()
                .setRank(rank)
                .setDroppedEvents(rank == 0 && whole.getStep() >= 100 ? DROPPED : 0)
                .clearMicroBatches()
                .addAllMicroBatches(whole.getMicroBatchesList().subList(from, to)))
        .build();
  }

  /** Breaks off after 300 steps and goes on from the checkpoint of step 200. */
  private static List<Event> restarted() throws IOException {
    List<Event> all = training(RESTARTED);
    List<Event> events = new ArrayList<>(all.subList(0, 1 + 300));
    RunStarted again =
        all.get(0).getRunStarted().toBuilder().setAttempt(1).setStartedAt(STARTED_AT + 60).build();
    events.add(Event.newBuilder().setRunStarted(again).build());
    for (Event e : all.subList(1 + 200, all.size())) {
      Event.Builder later = e.toBuilder();
      if (e.hasStep()) {
        later.getStepBuilder().setAttempt(1).setTime(e.getStep().getTime() + 60);
      } else {
        later.getRunFinishedBuilder().setAttempt(1).setTime(e.getRunFinished().getTime() + 60);
      }
      events.add(later.build());
    }
    return events;
  }

  /** A run among records that cannot be used; the counts are those of {@link #deadLetters}. */
  private static void dirty(RawRecords topic) throws IOException {
    List<Event> events = training(DIRTY);
    for (int i = 0; i < events.size(); i++) {
      topic.send(events.get(i));
      spoil(topic, events, i);
    }
    topic.send(events.get(events.size() - 2)); // after the end
    topic.send(events.get(events.size() - 1)); // the end once more
    Event.Builder ghost = events.get(5).toBuilder();
    ghost.getStepBuilder().setRunId("ghost");
    topic.send(ghost.build()); // of a run that never started
  }

  /** What comes between event {@code i} of the dirty run and the next. */
  private static void spoil(RawRecords topic, List<Event> events, int i) {
    Event e = events.get(i);
    Event.Builder changed = e.toBuilder();
    switch (i) {
      case 0, 60, 61, 62 -> topic.send(e); // duplicates
      case 40 -> topic.send("no protobuf".getBytes(UTF_8));
      case 41 -> {
        byte[] whole = EventCodec.encode(e);
        topic.send(Arrays.copyOf(whole, whole.length / 2));
      }
      case 80 -> topic.send(events.get(1)); // longer ago than steps are remembered
      case 100 -> {
        changed.getStepBuilder().setRank(7);
        topic.send(changed.build());
      }
      case 110 -> {
        changed.getStepBuilder().setLearningRate(-1);
        topic.send(changed.build());
      }
      case 120 -> topic.send(changed.setSchemaVersion(99).build());
      case 130, 131 -> {
        changed.getStepBuilder().setAttempt(3); // not started
        topic.send(changed.build());
      }
      // The next step's number: used by mistake, these two would keep the step itself out.
      case 140 -> {
        changed.getStepBuilder().setStep(e.getStep().getStep() + 1);
        topic.sendWithoutKey(changed.build());
      }
      case 150 -> {
        changed
            .getStepBuilder()
            .setStep(e.getStep().getStep() + 1)
            .addAllExampleLosses(Collections.nCopies(200_000, 0.5)); // 1.6 MB
        topic.send(changed.build());
      }
      default -> {}
    }
  }
}
