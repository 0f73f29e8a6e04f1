package io.thermograd.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Topics;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes everything a worker writes, with the partition of the step it comes from. The first record
 * that cannot be delivered is remembered and fails every later {@link #flush}.
 */
final class OutputWriter {
  static final int OVERSIZED_KEPT_BYTES = 1024;

  private final Producer<byte[], byte[]> producer;
  private final WorkerListener listener;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  OutputWriter(Producer<byte[], byte[]> producer, WorkerListener listener) {
    this.producer = producer;
    this.listener = listener;
  }

  /** The sink of one partition's fold. */
  PartitionOutput partition(int partition) {
    return new PartitionOutput() {
      @Override
      public void insight(Insight insight) {
        send(Topics.INSIGHTS, partition, insight.key(), OutputJson.write(insight).getBytes(UTF_8));
      }

      @Override
      public void alert(Alert alert) {
        listener.alert(alert);
        send(Topics.ALERTS, partition, alert.key(), OutputJson.write(alert).getBytes(UTF_8));
      }

      @Override
      public void run(RunSummary summary) {
        listener.run(summary);
        send(Topics.RUNS, partition, summary.key(), OutputJson.write(summary).getBytes(UTF_8));
      }

      @Override
      public void deadLetter(DeadLetter letter) {
        listener.rejected(letter.kind());
        send(deadLetterRecord(partition, letter));
      }
    };
  }

  /** Writes a snapshot, or with a null state deletes it. */
  void snapshot(int partition, String key, byte @Nullable [] state) {
    send(Topics.SNAPSHOTS, partition, key, state);
    if (state != null) {
      listener.snapshotWritten(state.length);
    }
  }

  /**
   * Returns when everything sent has been acknowledged.
   *
   * @throws KafkaException if anything could not be delivered
   */
  void flush() {
    producer.flush();
    Exception e = failure.get();
    if (e != null) {
      throw new KafkaException("an output could not be written: " + e.getMessage(), e);
    }
  }

  private void send(String topic, int partition, String key, byte @Nullable [] value) {
    send(new ProducerRecord<>(topic, partition, key.getBytes(UTF_8), value));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    producer.send(
        record,
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private static ProducerRecord<byte[], byte[]> deadLetterRecord(int partition, DeadLetter letter) {
    byte[] value = letter.value();
    int size = value == null ? 0 : value.length;
    if (value != null && letter.kind() == RejectionKind.OVERSIZED) {
      value = Arrays.copyOf(value, Math.min(size, OVERSIZED_KEPT_BYTES));
    }
    // The key tells a second reading of the same record from a second record.
    String key = Topics.STEPS + "/" + partition + "/" + letter.offset();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Topics.DEAD_LETTERS, key.getBytes(UTF_8), value);
    Headers headers = record.headers();
    headers.add("reason", letter.kind().id().getBytes(UTF_8));
    headers.add("message", letter.message().getBytes(UTF_8));
    headers.add("topic", Topics.STEPS.getBytes(UTF_8));
    headers.add("partition", Integer.toString(partition).getBytes(UTF_8));
    headers.add("offset", Long.toString(letter.offset()).getBytes(UTF_8));
    headers.add("size", Integer.toString(size).getBytes(UTF_8));
    headers.add("key", letter.key());
    return record;
  }
}
