package io.thermograd.stream;

import io.thermograd.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What outlives a worker: topics and commits. Its clients are Kafka's mocks, with a producer that
 * makes records durable late and in any order between partitions, and with a crash that can come at
 * every call.
 */
final class SimulatedCluster implements KafkaClients {
  final Map<Integer, List<Trainers.Sent>> steps = new TreeMap<>();
  final Map<TopicPartition, List<ProducerRecord<byte[], byte[]>>> logs = new HashMap<>();
  final Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
  final Random random;
  int batch = 20;
  long beginning;

  /** Whether a member gets all partitions at its first poll. */
  boolean autoJoin;

  /** What the next polls throw, one each. */
  final Queue<RuntimeException> pollFailures = new ConcurrentLinkedQueue<>();

  /** Calls until the process is gone; negative: never. */
  long callsLeft = -1;

  SimConsumer consumer = new SimConsumer();
  SimProducer producer = new SimProducer();

  @Override
  public String group() {
    return "analyzers";
  }

  SimulatedCluster(long seed) {
    random = new Random(seed);
  }

  static TopicPartition stepsOf(int partition) {
    return new TopicPartition(Topics.STEPS, partition);
  }

  List<ProducerRecord<byte[], byte[]>> log(String topic, int partition) {
    return logs.computeIfAbsent(new TopicPartition(topic, partition), k -> new ArrayList<>());
  }

  List<ProducerRecord<byte[], byte[]>> all(String topic) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    logs.forEach(
        (tp, log) -> {
          if (tp.topic().equals(topic)) {
            records.addAll(log);
          }
        });
    return records;
  }

  /** Keeps the last record of every key, as a thorough log cleaner would. */
  void compactSnapshots() {
    logs.forEach(
        (tp, log) -> {
          if (tp.topic().equals(Topics.SNAPSHOTS)) {
            Set<String> seen = new HashSet<>();
            for (int i = log.size() - 1; i >= 0; i--) {
              if (!seen.add(new String(log.get(i).key(), StandardCharsets.UTF_8))) {
                log.remove(i);
              }
            }
          }
        });
  }

  private void call() {
    if (callsLeft == 0) {
      callsLeft = -1;
      throw new SimulatedCrash();
    }
    callsLeft--;
  }

  @Override
  public Consumer<byte[], byte[]> steps() {
    consumer = new SimConsumer();
    return consumer;
  }

  @Override
  public Consumer<byte[], byte[]> snapshots() {
    call();
    return new SnapshotsConsumer();
  }

  @Override
  public Producer<byte[], byte[]> producer() {
    producer = new SimProducer();
    return producer;
  }

  /** A member of the group. */
  final class SimConsumer extends MockConsumer<byte[], byte[]> {
    boolean fenced;

    SimConsumer() {
      super("earliest");
      Map<TopicPartition, Long> begin = new HashMap<>();
      Map<TopicPartition, Long> end = new HashMap<>();
      steps.forEach(
          (p, log) -> {
            begin.put(stepsOf(p), beginning);
            end.put(stepsOf(p), (long) log.size());
          });
      updateBeginningOffsets(begin);
      updateEndOffsets(end);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      call();
      RuntimeException failure = pollFailures.poll();
      if (failure != null) {
        throw failure;
      }
      if (autoJoin && assignment().isEmpty()) {
        rebalance(steps.keySet().stream().map(SimulatedCluster::stepsOf).toList());
      }
      for (TopicPartition tp : assignment()) {
        List<Trainers.Sent> log = steps.getOrDefault(tp.partition(), List.of());
        long from = position(tp);
        long to = Math.min(log.size(), from + random.nextInt(batch + 1));
        for (long o = from; o < to; o++) {
          Trainers.Sent s = log.get((int) o);
          addRecord(new ConsumerRecord<>(tp.topic(), tp.partition(), o, s.key(), s.value()));
        }
      }
      return super.poll(timeout);
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      call();
      if (fenced) {
        throw new CommitFailedException();
      }
      commits.putAll(offsets);
      call();
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
        Set<TopicPartition> partitions) {
      Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(commits);
      found.keySet().retainAll(partitions);
      return found;
    }
  }

  /** Reads the snapshots. */
  private final class SnapshotsConsumer extends MockConsumer<byte[], byte[]> {
    SnapshotsConsumer() {
      super("earliest");
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
      super.assign(partitions);
      for (TopicPartition tp : partitions) {
        List<ProducerRecord<byte[], byte[]>> log = log(tp.topic(), tp.partition());
        updateBeginningOffsets(Map.of(tp, 0L));
        updateEndOffsets(Map.of(tp, (long) log.size()));
        long offset = 0;
        for (ProducerRecord<byte[], byte[]> r : log) {
          addRecord(new ConsumerRecord<>(tp.topic(), tp.partition(), offset++, r.key(), r.value()));
        }
      }
    }
  }

  /** A producer whose records become durable at the flush, or some of them before a crash. */
  final class SimProducer extends MockProducer<byte[], byte[]> {
    private final Map<TopicPartition, List<ProducerRecord<byte[], byte[]>>> pending =
        new HashMap<>();

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      call();
      Integer partition = record.partition();
      TopicPartition tp = new TopicPartition(record.topic(), partition == null ? 0 : partition);
      pending.computeIfAbsent(tp, k -> new ArrayList<>()).add(record);
      if (sendException != null) {
        callback.onCompletion(new RecordMetadata(tp, -1, 0, -1, 0, 0), sendException);
      }
      return new CompletableFuture<>();
    }

    @Override
    public synchronized void flush() {
      while (!pending.isEmpty()) {
        call();
        deliverOne();
      }
    }

    @Override
    public void close(Duration timeout) {
      flush();
    }

    private void deliverOne() {
      List<TopicPartition> waiting = new ArrayList<>(pending.keySet());
      TopicPartition tp = waiting.get(random.nextInt(waiting.size()));
      List<ProducerRecord<byte[], byte[]>> queue = pending.getOrDefault(tp, List.of());
      log(tp.topic(), tp.partition()).add(queue.remove(0));
      if (queue.isEmpty()) {
        pending.remove(tp);
      }
    }

    /** The process is gone: of each partition's queue a beginning may have made it. */
    synchronized void crash() {
      pending.forEach(
          (tp, queue) ->
              log(tp.topic(), tp.partition())
                  .addAll(queue.subList(0, random.nextInt(queue.size() + 1))));
      pending.clear();
    }
  }
}
