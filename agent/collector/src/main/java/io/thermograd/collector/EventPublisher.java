package io.thermograd.collector;

import io.thermograd.collector.EventBatch.Outgoing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts events on the topic, and knows whether they are there. Thread-safe. */
interface EventPublisher extends AutoCloseable {

  /**
   * Sends the events in their order and waits, within a limit of its own, until all are decided.
   */
  Delivery publish(List<Outgoing> events) throws InterruptedException;

  /** Why the latest events could not be published; null while all is well. */
  @Nullable String trouble();

  @Override
  void close();

  /**
   * What became of a call's events.
   *
   * @param rejections events that the topic will never take; the others are on it when {@code
   *     deferred} is null
   * @param deferred why some events are not known to be on the topic: then all are to be sent again
   */
  record Delivery(List<Rejection> rejections, @Nullable String deferred) {
    static Delivery deferred(String why) {
      return new Delivery(List.of(), why);
    }
  }
}
