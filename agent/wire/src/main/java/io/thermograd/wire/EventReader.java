package io.thermograd.wire;

import io.thermograd.wire.proto.Event;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Events from a recording, one after the other. Not thread-safe. */
public interface EventReader extends Closeable {

  /**
   * The next event; null at the end, then and for ever.
   *
   * @throws InvalidEventException when the next event cannot be used; the message says which one it
   *     is, and the next call goes on behind it
   * @throws IOException when nothing more can be read: the source fails, is damaged, or was cut off
   *     (every whole event before that place has been returned); the calls after it return null
   */
  @Nullable Event next() throws IOException, InvalidEventException;

  /**
   * Bytes of the source (compressed, if it is) read so far: at most a buffer ahead of {@link
   * #next}.
   */
  long position();
}
