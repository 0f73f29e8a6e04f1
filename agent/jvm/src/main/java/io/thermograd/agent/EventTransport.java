package io.thermograd.agent;

import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.time.Duration;

/**
 * Where a reporter's events go: Kafka, a recording, a test's list. Called by the reporter's one
 * background thread only, so an implementation may block and may throw; neither reaches training.
 */
public interface EventTransport {

  /** Sends one event. May return before it is delivered; what fails later is counted. */
  void send(Event event) throws IOException, InterruptedException;

  /** Waits until everything sent is delivered or has failed, at most this long. */
  void flush(Duration deadline) throws IOException, InterruptedException;

  /** Events that were sent and then failed for good. */
  long failed();

  /** Gives the resources back without waiting longer than the deadline. */
  void close(Duration deadline) throws IOException;
}
