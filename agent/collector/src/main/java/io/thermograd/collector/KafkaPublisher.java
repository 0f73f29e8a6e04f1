package io.thermograd.collector;

import io.thermograd.collector.EventBatch.Outgoing;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Events to the topic {@link Topics#STEPS}, keyed by run.
 *
 * <p>A call that ran out of time leaves its events in the producer, which may still deliver them.
 * Until that is decided their runs are deferred without sending anything: the next try would only
 * queue behind them, and were the first one to fail after all, a run's order would be lost.
 */
final class KafkaPublisher implements EventPublisher {
  private final Producer<String, byte[]> producer;
  private final long waitMillis;

  /** Events per run whose request was answered before Kafka decided. */
  private final Map<String, Integer> undecided = new ConcurrentHashMap<>();

  private volatile @Nullable String trouble;

  /** Does not wait for a broker. */
  static KafkaPublisher of(Map<String, ?> kafkaConfig, Duration wait) {
    return new KafkaPublisher(
        new KafkaProducer<>(
            settings(kafkaConfig), new StringSerializer(), new ByteArraySerializer()),
        wait);
  }

  KafkaPublisher(Producer<String, byte[]> producer, Duration wait) {
    this.producer = producer;
    this.waitMillis = wait.toMillis();
  }

  static Map<String, Object> settings(Map<String, ?> overrides) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    // On a topic that is just being made a first batch may be refused while the second is taken.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    // The topic has a limit of its own, and says so.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, EventCodec.MAX_EVENT_BYTES + 4096);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * EventCodec.MAX_EVENT_BYTES);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "thermograd-collector");
    settings.putAll(overrides);
    return settings;
  }

  @Override
  public Delivery publish(List<Outgoing> events) throws InterruptedException {
    for (Outgoing event : events) {
      if (undecided.containsKey(event.runId())) {
        return Delivery.deferred("earlier events of run " + event.runId() + " wait for Kafka");
      }
    }
    Call call = new Call(events);
    for (int i = 0; i < events.size() && call.goesOn(); i++) {
      call.send(i);
    }
    Delivery delivery = call.await();
    trouble = delivery.deferred();
    return delivery;
  }

  @Override
  public @Nullable String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }

  /** One call's events, those sent a prefix of them. */
  private final class Call {
    private final List<Outgoing> events;
    private final boolean[] sent;
    private final boolean[] decided;
    private final List<Rejection> rejections = new ArrayList<>();
    private int open;
    private boolean left;
    private @Nullable String failure;

    Call(List<Outgoing> events) {
      this.events = events;
      this.sent = new boolean[events.size()];
      this.decided = new boolean[events.size()];
    }

    void send(int i) {
      synchronized (this) {
        sent[i] = true;
        open++;
      }
      Outgoing event = events.get(i);
      try {
        producer.send(
            new ProducerRecord<>(Topics.STEPS, event.runId(), event.value()),
            (metadata, error) -> decided(i, error));
      } catch (RuntimeException e) {
        decided(i, e);
      }
    }

    /** Kafka may call back and throw; the first one counts. */
    private synchronized void decided(int i, @Nullable Exception error) {
      if (decided[i]) {
        return;
      }
      decided[i] = true;
      open--;
      Outgoing event = events.get(i);
      if (left) {
        undecided.computeIfPresent(event.runId(), (run, n) -> n == 1 ? null : n - 1);
      } else if (error instanceof RecordTooLargeException) {
        rejections.add(
            new Rejection(
                event.index(),
                event.line(),
                RejectionKind.OVERSIZED,
                "event of "
                    + event.value().length
                    + " bytes is larger than the topic takes; send sketches of a smaller dimension,"
                    + " or fewer micro-batches"));
      } else if (error != null && failure == null) {
        failure = "Kafka took no event: " + firstLine(error);
      }
      notifyAll();
    }

    synchronized boolean goesOn() {
      return failure == null;
    }

    synchronized Delivery await() throws InterruptedException {
      long end = System.nanoTime() + Duration.ofMillis(waitMillis).toNanos();
      try {
        for (long millis = waitMillis; open > 0 && millis > 0; ) {
          wait(millis);
          millis = Duration.ofNanos(end - System.nanoTime()).toMillis();
        }
      } finally {
        leave();
      }
      String why = failure;
      if (why == null && open > 0) {
        why = "Kafka has not confirmed " + open + " events within " + waitMillis + " ms";
      }
      return new Delivery(List.copyOf(rejections), why);
    }

    private void leave() {
      left = true;
      for (int i = 0; i < events.size(); i++) {
        if (sent[i] && !decided[i]) {
          undecided.merge(events.get(i).runId(), 1, Integer::sum);
        }
      }
    }
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
