package io.thermograd.app;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Looks for what was lost on the way: dead letters, and events that agents had to drop. */
final class LossChecks {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int IDLE_POLLS = 10;

  /** Per partition; the newest say what matters now. */
  private static final long DEPTH = 2_000;

  private final Consumer<byte[], byte[]> consumer;

  LossChecks(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  List<Finding> all() {
    return List.of(deadLetters(), dropped());
  }

  private record Letters(long count, String last) {}

  private Finding deadLetters() {
    Map<String, Letters> byReason = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> r : newest(Topics.DEAD_LETTERS)) {
      byReason.merge(
          header(r, "reason"),
          new Letters(1, header(r, "message")),
          (old, one) -> new Letters(old.count() + 1, one.last()));
    }
    if (byReason.isEmpty()) {
      return Finding.ok("dead letters", "none");
    }
    List<String> parts = new ArrayList<>();
    byReason.forEach(
        (reason, letters) ->
            parts.add(
                String.format(
                    Locale.ROOT, "%,d %s (last: %s)", letters.count(), reason, letters.last())));
    return Finding.warn(
        "dead letters",
        String.join("; ", parts),
        "mend what sends them; the records themselves are in " + Topics.DEAD_LETTERS);
  }

  private Finding dropped() {
    Map<String, Long> byRun = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> r : newest(Topics.STEPS)) {
      if (r.value() == null) {
        continue;
      }
      Event event;
      try {
        event = EventCodec.decode(r.value());
      } catch (InvalidEventException e) {
        continue; // the analyzers put it among the dead letters
      }
      long dropped =
          switch (event.getPayloadCase()) {
            case STEP -> event.getStep().getDroppedEvents();
            case RUN_FINISHED -> event.getRunFinished().getDroppedEvents();
            case RUN_STARTED, PAYLOAD_NOT_SET -> 0;
          };
      if (dropped > 0) {
        byRun.merge(EventCodec.runId(event), dropped, Math::max);
      }
    }
    if (byRun.isEmpty()) {
      return Finding.ok("dropped", "no agent of the latest runs had to drop events");
    }
    List<String> parts = new ArrayList<>();
    byRun.forEach((run, n) -> parts.add(String.format(Locale.ROOT, "%,d events of %s", n, run)));
    return Finding.warn(
        "dropped",
        String.join(", ", parts),
        "raise the reporter's queue, lower sketch_dim, or bring the broker nearer");
  }

  private List<ConsumerRecord<byte[], byte[]>> newest(String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer
        .partitionsFor(topic)
        .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
    Map<TopicPartition, Long> from = new HashMap<>(consumer.beginningOffsets(partitions));
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
    for (TopicPartition p : partitions) {
      consumer.seek(p, Math.max(from.getOrDefault(p, 0L), ends.getOrDefault(p, 0L) - DEPTH));
    }
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    int idle = 0;
    while (idle < IDLE_POLLS
        && partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
      int before = records.size();
      consumer.poll(POLL).forEach(records::add);
      idle = records.size() == before ? idle + 1 : 0;
    }
    return records;
  }

  private static String header(ConsumerRecord<byte[], byte[]> r, String name) {
    Header header = r.headers().lastHeader(name);
    return header == null || header.value() == null
        ? "without " + name
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
