package io.thermograd.wire;

import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Events to a stream, flushed often enough that a crash of this process loses little. */
final class RecordingWriter implements EventWriter {
  /** How an event becomes bytes. */
  enum Form {
    DELIMITED,
    JSON_LINES
  }

  private static final long FLUSH_NANOS = 1_000_000_000L;
  private static final int FLUSH_BYTES = 1 << 18;

  private final OutputStream out;
  private final Form form;
  private long flushedAt = System.nanoTime();
  private long unflushed;
  private boolean closed;

  RecordingWriter(OutputStream out, Form form) {
    this.out = out;
    this.form = form;
  }

  @Override
  public void write(Event event) throws IOException {
    if (closed) {
      throw new IOException("recording is closed; write before close");
    }
    int size = event.getSerializedSize();
    if (size > EventCodec.MAX_EVENT_BYTES) {
      throw new IOException(EventCodec.oversized(size).getMessage());
    }
    switch (form) {
      case DELIMITED -> {
        event.writeDelimitedTo(out);
        unflushed += size;
      }
      case JSON_LINES -> {
        byte[] line = (EventJson.write(event) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line);
        unflushed += line.length;
      }
    }
    // The clock decides only how soon bytes reach the file, never what they say.
    if (unflushed >= FLUSH_BYTES
        || event.getPayloadCase() != Event.PayloadCase.STEP
        || System.nanoTime() - flushedAt >= FLUSH_NANOS) {
      flush();
    }
  }

  @Override
  public void flush() throws IOException {
    if (closed) {
      return;
    }
    out.flush();
    unflushed = 0;
    flushedAt = System.nanoTime();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      out.close();
    }
  }
}
