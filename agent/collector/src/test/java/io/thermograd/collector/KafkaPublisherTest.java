package io.thermograd.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.collector.EventBatch.Outgoing;
import io.thermograd.collector.EventPublisher.Delivery;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kafka's own mock producer decides when and how sends end. */
@Timeout(60)
class KafkaPublisherTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(30);

  private static MockProducer<String, byte[]> producer(boolean autoComplete) {
    return new MockProducer<>(
        autoComplete, null, new StringSerializer(), new ByteArraySerializer());
  }

  private static List<Outgoing> events(String run, int n) {
    List<Outgoing> events = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      events.add(new Outgoing(i, 0, run, new byte[] {(byte) i}));
    }
    return events;
  }

  private static void awaitSent(MockProducer<String, byte[]> producer, int n)
      throws InterruptedException {
    while (producer.history().size() < n) {
      Thread.sleep(1);
    }
  }

  private static CompletableFuture<Delivery> publish(KafkaPublisher to, List<Outgoing> events) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return to.publish(events);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void sendsInOrderToTheTopicOfStepsKeyedByRun() throws Exception {
    MockProducer<String, byte[]> producer = producer(true);
    KafkaPublisher publisher = new KafkaPublisher(producer, LONG);
    assertThat(publisher.publish(events("a", 3))).isEqualTo(new Delivery(List.of(), null));
    assertThat(producer.history()).extracting(ProducerRecord::topic).containsOnly(Topics.STEPS);
    assertThat(producer.history()).extracting(ProducerRecord::key).containsOnly("a");
    assertThat(producer.history()).extracting(r -> (int) r.value()[0]).containsExactly(0, 1, 2);
    assertThat(publisher.trouble()).isNull();
  }

  @Test
  void answersOnlyWhenKafkaHasAll() throws Exception {
    MockProducer<String, byte[]> producer = producer(false);
    KafkaPublisher publisher = new KafkaPublisher(producer, LONG);
    CompletableFuture<Delivery> call = publish(publisher, events("a", 2));
    awaitSent(producer, 2);
    producer.completeNext();
    assertThat(call).isNotDone();
    producer.completeNext();
    assertThat(call.get().deferred()).isNull();
  }

  @Test
  void whatIsTooLargeIsRejectedForGood() throws Exception {
    MockProducer<String, byte[]> producer = producer(false);
    KafkaPublisher publisher = new KafkaPublisher(producer, LONG);
    CompletableFuture<Delivery> call = publish(publisher, events("a", 3));
    awaitSent(producer, 3);
    producer.completeNext();
    producer.errorNext(new RecordTooLargeException("by the broker"));
    producer.completeNext();
    Delivery delivery = call.get();
    assertThat(delivery.deferred()).isNull();
    assertThat(delivery.rejections())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.index()).isEqualTo(1);
              assertThat(r.kind()).isEqualTo(RejectionKind.OVERSIZED);
            });
  }

  @Test
  void anErrorDefersTheWholeCall() throws Exception {
    MockProducer<String, byte[]> producer = producer(false);
    KafkaPublisher publisher = new KafkaPublisher(producer, LONG);
    CompletableFuture<Delivery> call = publish(publisher, events("a", 2));
    awaitSent(producer, 2);
    producer.errorNext(new TimeoutException("expired"));
    producer.completeNext();
    assertThat(call.get().deferred()).isEqualTo("Kafka took no event: expired");
    assertThat(publisher.trouble()).isNotNull();
    // Decided, if badly: the next try is sent.
    CompletableFuture<Delivery> again = publish(publisher, events("a", 2));
    awaitSent(producer, 4);
    producer.completeNext();
    producer.completeNext();
    assertThat(again.get().deferred()).isNull();
    assertThat(publisher.trouble()).isNull();
  }

  @Test
  void aSendThatThrowsEndsTheCallAtOnce() throws Exception {
    MockProducer<String, byte[]> producer = producer(true);
    producer.sendException = new TimeoutException("no metadata within 1000 ms\nsecond line");
    KafkaPublisher publisher = new KafkaPublisher(producer, LONG);
    assertThat(publisher.publish(events("a", 1_000)).deferred())
        .isEqualTo("Kafka took no event: no metadata within 1000 ms");
  }

  @Test
  void aRunWhoseEventsAreUndecidedWaitsForThem() throws Exception {
    MockProducer<String, byte[]> producer = producer(false);
    KafkaPublisher publisher = new KafkaPublisher(producer, SHORT);
    assertThat(publisher.publish(events("a", 2)).deferred()).contains("has not confirmed 2 events");
    assertThat(publisher.publish(events("a", 2)).deferred()).contains("earlier events of run a");
    assertThat(producer.history()).as("sent once").hasSize(2);
    producer.completeNext();
    assertThat(publisher.publish(events("a", 2)).deferred()).contains("earlier events of run a");
    producer.errorNext(new TimeoutException("expired"));
    assertThat(publisher.publish(events("a", 2)).deferred()).contains("has not confirmed 2 events");
    assertThat(producer.history()).as("all again, in order").hasSize(4);
    assertThat(publisher.publish(events("b", 1)).deferred()).as("others").contains("not confirmed");
    assertThat(producer.history()).hasSize(5);
  }
}
