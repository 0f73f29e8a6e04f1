package io.thermograd.collector;

import io.thermograd.wire.RejectionKind;

/**
 * Hears what becomes of requests and events. Every event that is received is accepted, rejected or
 * deferred; called from any thread, and quickly done.
 */
public interface CollectorListener {
  CollectorListener NONE = new CollectorListener() {};

  /** A request was answered so. */
  default void answered(int status) {}

  /** A request's events were read from so many bytes, as they were sent. */
  default void received(int events, long bytes) {}

  /** Kafka has them. */
  default void accepted(int events) {}

  /** One event cannot be used, now or later. */
  default void rejected(RejectionKind kind) {}

  /** The client was told to send them again. */
  default void deferred(int events) {}
}
