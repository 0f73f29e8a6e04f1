package io.thermograd.app;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.EventWriter;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Copies one run's events from the steps topic, in their order. Reads every partition, since
 * clients in other languages may spread keys differently. One thread.
 */
final class Recorder {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int KNOWN_RUNS = 10_000;

  /** Opens the recording; called once, when the run's first event is there. */
  interface Opener {
    EventWriter open() throws IOException;
  }

  /**
   * What was copied.
   *
   * @param events copied
   * @param fromStart whether the first of them is a start of the run
   * @param finished whether the newest attempt's end is among them
   * @param others ids of other runs that were seen on the way, the latest last
   */
  record Outcome(long events, boolean fromStart, boolean finished, Set<String> others) {}

  private final String runId;
  private final Opener opener;
  private final boolean follow;
  private final Rejections rejections = new Rejections();
  private final Map<String, Boolean> others = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable EventWriter writer;
  private long events;
  private boolean fromStart;
  private int newestAttempt = -1;
  private boolean finished;

  /**
   * @param follow go on after what is there until the run's end
   */
  Recorder(String runId, Opener opener, boolean follow) {
    this.runId = runId;
    this.opener = opener;
    this.follow = follow;
  }

  Rejections rejections() {
    return rejections;
  }

  /** Copies until the run's end, the topic's present end (not following), or {@code stop}. */
  Outcome copy(Consumer<byte[], byte[]> consumer, BooleanSupplier stop, ProgressLine progress)
      throws IOException {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo p : consumer.partitionsFor(Topics.STEPS)) {
      partitions.add(new TopicPartition(p.topic(), p.partition()));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long total = total(ends, consumer.beginningOffsets(partitions));
    long read = 0;
    try {
      boolean caughtUp = false;
      while (!stop.getAsBoolean()) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
          read++;
          accept(r);
        }
        progress.update(Math.min(read, total), caughtUp ? 0 : total, events, "events of the run");
        caughtUp = caughtUp || reached(consumer, ends);
        // A finished run may have been restarted: only the topic's end tells that it was not.
        if (caughtUp && (!follow || finished || events == 0)) {
          break;
        }
      }
    } finally {
      if (writer != null) {
        writer.close();
      }
    }
    return new Outcome(events, fromStart, finished, others.keySet());
  }

  private void accept(ConsumerRecord<byte[], byte[]> r) throws IOException {
    if (r.key() != null) {
      String key = new String(r.key(), StandardCharsets.UTF_8);
      if (!key.equals(runId)) {
        others.put(key, true);
        if (others.size() > KNOWN_RUNS) {
          others.remove(others.keySet().iterator().next());
        }
        return;
      }
    }
    if (r.value() == null) {
      return;
    }
    Event event;
    try {
      event = EventCodec.decode(r.value());
    } catch (InvalidEventException e) {
      if (r.key() != null) {
        rejections.add(e.kind(), String.valueOf(e.getMessage()));
      }
      return;
    }
    if (!EventCodec.runId(event).equals(runId)) {
      return;
    }
    if (r.key() == null) {
      rejections.add(
          RejectionKind.INVALID,
          "record key is missing: analyzers use no such record; key every record by its run_id");
      return;
    }
    write(event);
  }

  private void write(Event event) throws IOException {
    if (writer == null) {
      writer = opener.open();
      fromStart = event.hasRunStarted();
    }
    writer.write(event);
    events++;
    switch (event.getPayloadCase()) {
      case RUN_STARTED -> {
        if (event.getRunStarted().getAttempt() > newestAttempt) {
          newestAttempt = event.getRunStarted().getAttempt();
          finished = false;
        }
      }
      case RUN_FINISHED -> finished |= event.getRunFinished().getAttempt() >= newestAttempt;
      case STEP, PAYLOAD_NOT_SET -> {}
    }
  }

  private static boolean reached(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
  }

  private static long total(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> beginnings) {
    long total = 0;
    for (Map.Entry<TopicPartition, Long> e : ends.entrySet()) {
      total += e.getValue() - beginnings.getOrDefault(e.getKey(), 0L);
    }
    return total;
  }
}
