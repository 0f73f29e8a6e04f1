package io.thermograd.agent;

import io.thermograd.wire.EventWriter;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Writes events to a recording: JSON Lines where the name ends in {@code .jsonl}, else {@code
 * .tgr}. A killed process loses about the last second of steps.
 */
public final class RecordingTransport implements EventTransport {
  private final EventWriter writer;

  /**
   * Creates the file, or replaces the one that is there.
   *
   * @throws IOException if it cannot be written
   */
  public RecordingTransport(Path file) throws IOException {
    writer = Recordings.create(file);
  }

  @Override
  public void send(Event event) throws IOException {
    writer.write(event);
  }

  /** A local file knows no deadline. */
  @Override
  public void flush(Duration deadline) throws IOException {
    writer.flush();
  }

  /** Always 0: what cannot be written is thrown at once. */
  @Override
  public long failed() {
    return 0;
  }

  @Override
  public void close(Duration deadline) throws IOException {
    writer.close();
  }
}
