package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KafkaTransportTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(
          false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
  private final KafkaTransport transport = new KafkaTransport(producer);

  private static Event started() {
    return Event.newBuilder().setRunStarted(RunStarted.newBuilder().setRunId("r")).build();
  }

  private static Event step(long n) {
    return Event.newBuilder().setStep(StepEvent.newBuilder().setRunId("r").setStep(n)).build();
  }

  private List<Event> sent() throws Exception {
    List<Event> events = new ArrayList<>();
    for (ProducerRecord<String, byte[]> record : producer.history()) {
      assertThat(record.topic()).isEqualTo(Topics.STEPS);
      assertThat(record.key()).isEqualTo("r");
      events.add(Event.parseFrom(record.value()));
    }
    return events;
  }

  @Test
  void keysEventsByRun() throws Exception {
    transport.send(started());
    transport.send(step(1));
    assertThat(sent()).containsExactly(started(), step(1));
    assertThat(producer.history().get(1).value()).isEqualTo(EventCodec.encode(step(1)));
  }

  @Test
  void countsWhatFailsLaterAndWaitsForTheRest() throws Exception {
    transport.send(step(1));
    transport.send(step(2));
    assertThatThrownBy(() -> transport.flush(Duration.ofMillis(20)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2 events");
    producer.errorNext(new TimeoutException("expired"));
    producer.completeNext();
    transport.flush(LONG);
    assertThat(transport.failed()).isEqualTo(1);
  }

  @Test
  void theFrameOfTheRunIsSentAgainBeforeTheNextEvent() throws Exception {
    transport.send(started());
    producer.errorNext(new TimeoutException("expired"));
    assertThat(transport.failed()).isZero();
    transport.send(step(1));
    assertThat(sent()).containsExactly(started(), started(), step(1));
    producer.completeNext();
    producer.completeNext();
    transport.flush(LONG);
    assertThat(transport.failed()).isZero();
  }

  @Test
  void whatIsStillToBeSentAgainAtCloseHasFailed() throws Exception {
    transport.send(started());
    producer.errorNext(new TimeoutException("expired"));
    transport.close(Duration.ofMillis(10));
    assertThat(transport.failed()).isEqualTo(1);
    assertThat(producer.closed()).isTrue();
  }

  @Test
  void aRefusalIsThrownAndNotCountedTwice() throws Exception {
    producer.sendException = new KafkaException("fenced");
    assertThatThrownBy(() -> transport.send(step(1)))
        .isInstanceOf(IOException.class)
        .hasMessage("Kafka took no event: fenced");
    producer.sendException = null;
    assertThat(transport.failed()).isZero();
    transport.flush(LONG);
  }

  @Test
  void configurationOverridesTheDefaults() {
    Map<String, Object> settings =
        KafkaTransport.settings(Map.of("linger.ms", 50, "bootstrap.servers", "b:1"));
    assertThat(settings)
        .containsEntry(ProducerConfig.LINGER_MS_CONFIG, 50)
        .containsEntry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "b:1")
        .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
  }

  /** A real producer and nobody there: port 1 of the loopback address refuses connections. */
  @Test
  void anAbsentBrokerLeavesEveryEventCounted() {
    KafkaTransport nowhere =
        new KafkaTransport(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:1",
                "max.block.ms",
                20,
                "delivery.timeout.ms",
                200,
                "request.timeout.ms",
                100));
    RunReporter reporter =
        RunReporter.start(
            RunStarted.newBuilder().setRunId("r").build(),
            nowhere,
            ReporterOptions.defaults().withFlushDeadline(Duration.ofMillis(500)));
    for (int i = 0; i < 100; i++) {
      reporter.report(StepEvent.newBuilder().setStep(i));
    }
    reporter.finish(RunFinished.Status.COMPLETED);
    reporter.close();
    assertThat(reporter.dropped() + reporter.failed()).isEqualTo(102);
  }

  @Test
  void anAbsentBrokerIsAnErrorOfTheCall() throws Exception {
    KafkaTransport nowhere =
        new KafkaTransport(Map.of("bootstrap.servers", "127.0.0.1:1", "max.block.ms", 20));
    assertThatThrownBy(() -> nowhere.send(step(1)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Kafka took no event: ");
    assertThat(nowhere.failed()).isZero();
    nowhere.close(Duration.ZERO);
  }
}
