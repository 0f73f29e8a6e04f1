package io.thermograd.live;

import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the directory of runs, all insights and all alerts into a {@link LiveStore}, from their
 * beginning and then as they are written. Belongs to no consumer group: every page reads all.
 *
 * <p>A broker that is not there yet, or goes away, is waited for; topics and partitions that appear
 * later are picked up. Reading again after a failure is harmless, the store knows what it has.
 */
public final class KafkaTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTail.class);
  private static final List<String> TOPICS = List.of(Topics.RUNS, Topics.INSIGHTS, Topics.ALERTS);

  private final LiveStore store;
  private final TailOptions options;
  private final Clock clock;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private final Set<TopicPartition> behind = new HashSet<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean connected;
  private volatile @Nullable Consumer<byte[], byte[]> current;

  /**
   * @param kafkaConfig {@code bootstrap.servers} and whatever the cluster asks for (TLS, SASL)
   */
  public KafkaTail(Map<String, ?> kafkaConfig, LiveStore store, TailOptions options) {
    this(() -> new KafkaConsumer<>(config(kafkaConfig)), store, options, Clock.systemUTC());
  }

  KafkaTail(
      Supplier<Consumer<byte[], byte[]>> consumers,
      LiveStore store,
      TailOptions options,
      Clock clock) {
    this.consumers = consumers;
    this.store = store;
    this.options = options;
    this.clock = clock;
    this.thread = new Thread(this::run, "live-tail");
    thread.setDaemon(true);
  }

  /** Starts reading on a thread of its own. */
  public KafkaTail start() {
    store.catchingUp();
    thread.start();
    return this;
  }

  /** Whether the broker answered when it was last asked. */
  public boolean connected() {
    return connected;
  }

  /** Stops reading; waits for the thread at most five seconds. */
  @Override
  public void close() {
    closed = true;
    Consumer<byte[], byte[]> consumer = current;
    if (consumer != null) {
      consumer.wakeup();
    }
    // No interrupt: a consumer that is interrupted while it closes logs that as an error.
    LockSupport.unpark(thread);
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Object> config(Map<String, ?> given) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
    config.putAll(given);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return config;
  }

  private void run() {
    while (!closed) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        current = consumer;
        follow(consumer);
      } catch (WakeupException e) {
        // Only close() does that; the loop's condition tells.
      } catch (KafkaException e) {
        lost(e);
      }
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    long refreshAt = clock.millis();
    Map<TopicPartition, Long> ends = Map.of();
    while (!closed) {
      if (clock.millis() >= refreshAt) {
        ends = assign(consumer);
        refreshAt = clock.millis() + options.refresh().toMillis();
        if (!connected) {
          connected = true;
          LOG.info("following {} partitions of runs, insights and alerts", ends.size());
        }
        if (ends.isEmpty()) {
          // The topics do not exist yet, so nothing was missed: look again soon.
          store.caughtUp();
          refreshAt = clock.millis() + options.backoff().toMillis();
          pause();
          continue;
        }
      }
      for (ConsumerRecord<byte[], byte[]> r : consumer.poll(options.poll())) {
        accept(r);
        next.put(new TopicPartition(r.topic(), r.partition()), r.offset() + 1);
      }
      if (!behind.isEmpty()) {
        Map<TopicPartition, Long> target = ends;
        behind.removeIf(p -> consumer.position(p) >= target.getOrDefault(p, 0L));
      }
      if (behind.isEmpty()) {
        store.caughtUp();
      }
    }
  }

  /** Assigns every partition there is, each where reading it left off, and gives their ends. */
  private Map<TopicPartition, Long> assign(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : TOPICS) {
      List<PartitionInfo> found = consumer.partitionsFor(topic);
      if (found != null) {
        found.forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
      }
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Set<TopicPartition> assigned = consumer.assignment();
    if (!assigned.equals(new HashSet<>(partitions))) {
      consumer.assign(partitions);
      Set<TopicPartition> fresh = new HashSet<>(partitions);
      fresh.removeAll(assigned);
      seek(consumer, fresh);
      behind.retainAll(new HashSet<>(partitions));
      behind.addAll(fresh);
    }
    return ends;
  }

  private void seek(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> fresh) {
    Map<TopicPartition, Long> byTime = new HashMap<>();
    List<TopicPartition> fromBeginning = new ArrayList<>();
    Duration window = options.window();
    for (TopicPartition p : fresh) {
      Long known = next.get(p);
      if (known != null) {
        consumer.seek(p, known);
      } else if (window != null && !p.topic().equals(Topics.RUNS)) {
        byTime.put(p, clock.millis() - window.toMillis());
      } else {
        fromBeginning.add(p);
      }
    }
    // With no partition named, Kafka would take it to mean every one that is assigned.
    if (!fromBeginning.isEmpty()) {
      consumer.seekToBeginning(fromBeginning);
    }
    if (!byTime.isEmpty()) {
      Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(byTime);
      for (TopicPartition p : byTime.keySet()) {
        OffsetAndTimestamp offset = offsets.get(p);
        if (offset == null) {
          consumer.seekToEnd(List.of(p));
        } else {
          consumer.seek(p, offset.offset());
        }
      }
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> r) {
    try {
      if (r.value() == null) {
        forget(r);
        return;
      }
      String json = new String(r.value(), StandardCharsets.UTF_8);
      switch (r.topic()) {
        case Topics.INSIGHTS -> store.accept(OutputJson.parseInsight(json));
        case Topics.ALERTS -> store.accept(OutputJson.parseAlert(json));
        default -> store.accept(OutputJson.parseRun(json));
      }
    } catch (Exception e) {
      // One bad record should cost that record only.
      store.unreadable();
      LOG.debug(
          "{}-{} offset {} is not readable: {}",
          r.topic(),
          r.partition(),
          r.offset(),
          e.getMessage());
    }
  }

  /** A run's entry was deleted: its key is {@code run/attempt}. */
  private void forget(ConsumerRecord<byte[], byte[]> r) {
    if (!r.topic().equals(Topics.RUNS) || r.key() == null) {
      return;
    }
    String key = new String(r.key(), StandardCharsets.UTF_8);
    int slash = key.lastIndexOf('/');
    store.forget(key.substring(0, slash), Integer.parseInt(key.substring(slash + 1)));
  }

  private void lost(KafkaException e) {
    if (closed) {
      return;
    }
    if (connected) {
      LOG.warn("lost the broker, waiting for it: {}", e.getMessage());
    } else {
      LOG.debug("no broker yet: {}", e.getMessage());
    }
    connected = false;
    pause();
  }

  private void pause() {
    LockSupport.parkNanos(this, options.backoff().toNanos());
  }
}
