package io.thermograd.wire;

import io.thermograd.wire.proto.Event;
import java.io.Closeable;
import java.io.IOException;

/** Writes a recording. Not thread-safe. */
public interface EventWriter extends Closeable {

  /**
   * Appends one event. It reaches the file at the latest with the next event that comes more than a
   * second later; starts and ends of runs reach it at once.
   *
   * @throws IOException when it cannot be written, also because it has more than {@link
   *     EventCodec#MAX_EVENT_BYTES}
   */
  void write(Event event) throws IOException;

  /** Everything written so far is readable from the file afterwards, whatever becomes of us. */
  void flush() throws IOException;
}
