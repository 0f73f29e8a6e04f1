package io.thermograd.wire;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.thermograd.wire.proto.Event;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads length-delimited events out of zstd frames. */
final class TgrReader implements EventReader {
  private static final int BUFFER = 1 << 16;

  /** Bytes of a varint that may hold a length: 35 bits, of which 32 are used. */
  private static final int MAX_LENGTH_BYTES = 5;

  private final CountingInputStream source;
  private final ZstdInputStreamNoFinalizer in;
  private final byte[] buffer = new byte[BUFFER];
  private int from;
  private int to;
  private long events;
  private boolean ended;

  TgrReader(InputStream source) throws IOException {
    this.source = new CountingInputStream(source);
    this.in = new ZstdInputStreamNoFinalizer(this.source);
  }

  @Override
  public @Nullable Event next() throws IOException, InvalidEventException {
    if (ended) {
      return null;
    }
    byte[] event;
    try {
      long length = readLength();
      if (length < 0) {
        ended = true;
        return null;
      }
      if (length > EventCodec.MAX_EVENT_BYTES) {
        skip(length);
        events++;
        throw numbered(EventCodec.oversized(length));
      }
      event = new byte[(int) length];
      readFully(event);
    } catch (IOException e) {
      ended = true;
      throw e;
    }
    events++;
    try {
      return EventCodec.decode(event);
    } catch (InvalidEventException e) {
      throw numbered(e);
    }
  }

  @Override
  public long position() {
    return source.count();
  }

  @Override
  public void close() throws IOException {
    ended = true;
    in.close();
  }

  /** The next event's length, −1 at the end of the recording. */
  private long readLength() throws IOException {
    long length = 0;
    for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
      if (from == to && !fill()) {
        if (i == 0) {
          return -1;
        }
        throw cutOff();
      }
      byte b = buffer[from++];
      length |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        return length;
      }
    }
    throw damaged("what follows is no event's length");
  }

  private void readFully(byte[] target) throws IOException {
    int done = 0;
    while (done < target.length) {
      if (from == to && !fill()) {
        throw cutOff();
      }
      int n = Math.min(to - from, target.length - done);
      System.arraycopy(buffer, from, target, done, n);
      from += n;
      done += n;
    }
  }

  private void skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      if (from == to && !fill()) {
        throw damaged("an event of " + length + " bytes is announced, which is more than follows");
      }
      int n = (int) Math.min(to - from, left);
      from += n;
      left -= n;
    }
  }

  private boolean fill() throws IOException {
    int n;
    try {
      n = in.read(buffer, 0, buffer.length);
    } catch (ZstdIOException e) {
      // The decoder wanted more and the source had no more: a frame without its end.
      if (source.ended()) {
        throw cutOff();
      }
      throw damaged(Text.oneLine(e.getMessage()));
    }
    if (n <= 0) {
      return false;
    }
    from = 0;
    to = n;
    return true;
  }

  private IOException damaged(String how) {
    return new IOException(
        "recording is damaged "
            + place()
            + " ("
            + how
            + "); record it again, or use what was read up to there");
  }

  private EOFException cutOff() {
    return new EOFException(
        "recording is cut off "
            + place()
            + ", perhaps because its writer was killed; what was read is complete up to there");
  }

  private String place() {
    return "after "
        + (events == 1 ? "1 event" : events + " events")
        + " and "
        + source.count()
        + " bytes";
  }

  private InvalidEventException numbered(InvalidEventException e) {
    return new InvalidEventException(e.kind(), "event " + events + ": " + e.getMessage(), e);
  }
}
