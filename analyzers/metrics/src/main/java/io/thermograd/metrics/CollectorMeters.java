package io.thermograd.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.thermograd.wire.RejectionKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The meters of an HTTP collector: received = accepted + rejected over all reasons + deferred.
 * Thread-safe.
 */
public final class CollectorMeters {
  private static final String EVENTS = "thermograd.collector.events.";

  /** What an event can be refused for by itself; the others need to know the run. */
  private static final Set<RejectionKind> KINDS =
      EnumSet.of(
          RejectionKind.MALFORMED,
          RejectionKind.INVALID,
          RejectionKind.UNSUPPORTED_VERSION,
          RejectionKind.OVERSIZED);

  private final MeterRegistry registry;
  private final Counter received;
  private final Counter accepted;
  private final Counter deferred;
  private final Counter bytes;
  private final Map<RejectionKind, Counter> rejected = new EnumMap<>(RejectionKind.class);

  CollectorMeters(MeterRegistry registry) {
    this.registry = registry;
    received = counter(EVENTS + "received", "Events that requests held");
    accepted = counter(EVENTS + "accepted", "Events that Kafka has confirmed");
    deferred = counter(EVENTS + "deferred", "Events that the client was told to send again");
    bytes =
        Counter.builder("thermograd.collector.received")
            .description("Bytes of requests whose events were read, as they were sent")
            .baseUnit("bytes")
            .register(registry);
    for (RejectionKind kind : KINDS) {
      rejected.put(
          kind,
          Counter.builder(EVENTS + "rejected")
              .description("Events that cannot be used, by reason")
              .tag("reason", kind.id())
              .register(registry));
    }
    for (int code : new int[] {202, 400, 401, 413, 415, 421, 503}) {
      requests(code);
    }
  }

  /** A request for {@code /v1/events} was answered. */
  public void answered(int code) {
    requests(code).increment();
  }

  /** A request's events were read from so many bytes. */
  public void received(int events, long sentBytes) {
    received.increment(events);
    bytes.increment(sentBytes);
  }

  /** So many more events are on the topic. */
  public void accepted(int events) {
    accepted.increment(events);
  }

  /** One more event cannot be used. */
  public void rejected(RejectionKind kind) {
    Counter counter = rejected.get(kind);
    if (counter != null) {
      counter.increment();
    }
  }

  /** So many more events are to be sent again. */
  public void deferred(int events) {
    deferred.increment(events);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** Registering again finds the one that is there. */
  private Counter requests(int code) {
    return Counter.builder("thermograd.collector.requests")
        .description("Requests for /v1/events, by the code of the answer")
        .tag("code", Integer.toString(code))
        .register(registry);
  }
}
