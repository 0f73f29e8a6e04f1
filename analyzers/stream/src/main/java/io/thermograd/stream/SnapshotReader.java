package io.thermograd.stream;

import io.thermograd.wire.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads partitions of the snapshots topic from their beginning to their present end. */
final class SnapshotReader {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MAX_IDLE_POLLS = 150;

  private SnapshotReader() {}

  /**
   * @throws TimeoutException if the broker stays silent for half a minute
   */
  static Map<Integer, LoadedSnapshots> read(
      Consumer<byte[], byte[]> consumer,
      String group,
      Collection<Integer> partitions,
      AnalysisConfig config,
      WorkerListener listener) {
    List<TopicPartition> assigned =
        partitions.stream().map(p -> new TopicPartition(Topics.SNAPSHOTS, p)).toList();
    consumer.assign(assigned);
    consumer.seekToBeginning(assigned);
    Map<Integer, LoadedSnapshots.Builder> builders = new HashMap<>();
    partitions.forEach(p -> builders.put(p, new LoadedSnapshots.Builder(group, p, config)));
    Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
    int idle = 0;
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      int read = 0;
      for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
        LoadedSnapshots.Builder builder = builders.get(r.partition());
        if (builder != null) {
          builder.accept(r.key(), r.value());
        }
        read++;
      }
      idle = read > 0 ? 0 : idle + 1;
      if (idle > MAX_IDLE_POLLS) {
        throw new TimeoutException("snapshots of partitions " + partitions + " cannot be read");
      }
    }
    Map<Integer, LoadedSnapshots> loaded = new HashMap<>();
    builders.forEach((p, b) -> loaded.put(p, b.build(listener)));
    return loaded;
  }
}
