package io.thermograd.stream;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the clients of one worker session; the session closes them. */
interface KafkaClients {
  /** The consumer group that shares the runs. */
  String group();

  /** Member of the analyzers' group, reads the steps. */
  Consumer<byte[], byte[]> steps();

  /** Outside any group, reads the snapshots. */
  Consumer<byte[], byte[]> snapshots();

  Producer<byte[], byte[]> producer();

  /** Snapshots are the largest records: states of some MiB. */
  int MAX_SNAPSHOT_BYTES = 16 << 20;

  /**
   * @param common bootstrap.servers, security and whatever else; what the worker's correctness
   *     rests on is not overridable. With a group.instance.id of its own a worker that is restarted
   *     within the session's time-out gets its partitions back at once
   */
  static KafkaClients of(Map<String, ?> common, String groupId) {
    return new KafkaClients() {
      @Override
      public String group() {
        return groupId;
      }

      @Override
      public Consumer<byte[], byte[]> steps() {
        Map<String, Object> c = new HashMap<>();
        c.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        c.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        c.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        c.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
        c.putAll(common);
        c.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        c.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        c.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        c.put(
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            CooperativeStickyAssignor.class.getName());
        return consumer(c);
      }

      @Override
      public Consumer<byte[], byte[]> snapshots() {
        Map<String, Object> c = new HashMap<>(common);
        c.remove(ConsumerConfig.GROUP_ID_CONFIG);
        c.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        c.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        c.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        c.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_SNAPSHOT_BYTES);
        return consumer(c);
      }

      @Override
      public Producer<byte[], byte[]> producer() {
        Map<String, Object> c = new HashMap<>();
        c.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        c.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        c.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        c.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        c.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        c.putAll(common);
        c.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        c.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        c.put(ProducerConfig.ACKS_CONFIG, "all");
        c.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_SNAPSHOT_BYTES);
        return new KafkaProducer<>(c, new ByteArraySerializer(), new ByteArraySerializer());
      }

      private Consumer<byte[], byte[]> consumer(Map<String, Object> c) {
        return new KafkaConsumer<>(c, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      }
    };
  }
}
