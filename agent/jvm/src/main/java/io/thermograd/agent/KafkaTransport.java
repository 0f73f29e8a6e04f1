package io.thermograd.agent;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to the topic {@link Topics#STEPS}, keyed by run id, so that a run keeps its order in
 * one partition. An idempotent producer: retries neither double nor reorder. An absent broker holds
 * the calling thread for {@code max.block.ms} an event; what cannot be delivered within {@code
 * delivery.timeout.ms} is counted as failed. RunStarted and RunFinished that fail so are sent again
 * before the next event.
 */
public final class KafkaTransport implements EventTransport {
  private static final long POLL_MILLIS = 2;

  private final Producer<String, byte[]> producer;
  private final AtomicLong failed = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Queue<Event> again = new ConcurrentLinkedQueue<>();
  private volatile boolean closing;

  /**
   * A producer with Thermograd's settings, which {@code kafkaConfig} overrides; serializers are
   * fixed. Does not wait for a broker.
   *
   * @param kafkaConfig at least {@code bootstrap.servers}; TLS and SASL as Kafka's producer knows
   *     them
   * @throws org.apache.kafka.common.KafkaException if a setting is wrong
   */
  public KafkaTransport(Map<String, ?> kafkaConfig) {
    this(
        new KafkaProducer<>(
            settings(kafkaConfig), new StringSerializer(), new ByteArraySerializer()));
  }

  KafkaTransport(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  static Map<String, Object> settings(Map<String, ?> overrides) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    // On a topic that is just being made, a first batch can be refused while the second is taken,
    // and
    // then waits out of order for ever: a run would lose its start. One batch holds many steps.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    // A step every few milliseconds is common; the page should still feel live.
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    // Noise does not compress: zstd saves 5 % of a Gaussian sketch and costs both ends 20 µs a
    // step.
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    // The largest event and its record around it; the broker has its own limit.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, EventCodec.MAX_EVENT_BYTES + 4096);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * EventCodec.MAX_EVENT_BYTES);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120_000);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "thermograd-agent");
    settings.putAll(overrides);
    return settings;
  }

  @Override
  public void send(Event event) throws IOException {
    resend();
    produce(event);
  }

  private void resend() throws IOException {
    // Only as many as there are now: one that fails once more waits for the next call.
    for (int n = again.size(); n > 0; n--) {
      Event earlier = again.peek();
      if (earlier == null) {
        return;
      }
      produce(earlier);
      again.remove();
    }
  }

  private void produce(Event event) throws IOException {
    Delivery delivery = new Delivery(event);
    inFlight.incrementAndGet();
    Exception refusal;
    try {
      producer.send(
          new ProducerRecord<>(Topics.STEPS, EventCodec.runId(event), EventCodec.encode(event)),
          (metadata, error) -> delivery.completed(error));
      refusal = delivery.returned();
    } catch (RuntimeException e) {
      inFlight.decrementAndGet();
      refusal = e;
    }
    if (refusal != null) {
      throw new IOException("Kafka took no event: " + refusal.getMessage(), refusal);
    }
  }

  /**
   * One event's way through the producer. An error before send() returns is the caller's, who may
   * try again; a later one is counted here.
   */
  private final class Delivery {
    private static final Object HANDED_OVER = new Object();

    private final Event event;
    private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

    Delivery(Event event) {
      this.event = event;
    }

    void completed(@Nullable Exception error) {
      if (error != null && !state.compareAndSet(null, error)) {
        if (!closing && !event.hasStep()) {
          again.add(event);
        } else {
          failed.incrementAndGet();
        }
      }
      inFlight.decrementAndGet();
    }

    @Nullable Exception returned() {
      return state.compareAndSet(null, HANDED_OVER) ? null : (Exception) state.get();
    }
  }

  /** Waits for the callbacks instead of the producer's own flush, which knows no deadline. */
  @Override
  public void flush(Duration deadline) throws IOException, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    resend();
    while (inFlight.get() > 0 && System.nanoTime() - end < 0) {
      Thread.sleep(POLL_MILLIS);
    }
    if (inFlight.get() > 0) {
      throw new IOException(inFlight.get() + " events still undelivered after " + deadline);
    }
  }

  @Override
  public long failed() {
    return failed.get();
  }

  /** What the producer still holds after the deadline fails, and is counted before this returns. */
  @Override
  public void close(Duration deadline) {
    closing = true;
    producer.close(deadline);
    while (again.poll() != null) {
      failed.incrementAndGet();
    }
  }
}
