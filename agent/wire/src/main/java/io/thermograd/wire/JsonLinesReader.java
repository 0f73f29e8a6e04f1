package io.thermograd.wire;

import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads one event a line. Lines end in {@code \n} or {@code \r\n}; the last one may lack it. */
final class JsonLinesReader implements EventReader {
  /** Digits take more room than the bits they stand for: 4 bytes are up to 15 characters. */
  static final int MAX_LINE_BYTES = 4 * EventCodec.MAX_EVENT_BYTES;

  private final CountingInputStream in;
  private final int maxLineBytes;
  private byte[] buffer = new byte[1 << 16];

  /** The unread bytes are {@code from} to {@code to}; up to {@code scanned} is no line break. */
  private int from;

  private int scanned;
  private int to;
  private long line;
  private boolean ended;

  JsonLinesReader(InputStream in, int maxLineBytes) {
    this.in = new CountingInputStream(in);
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  public @Nullable Event next() throws IOException, InvalidEventException {
    try {
      return nextEvent();
    } catch (IOException e) {
      ended = true;
      from = to;
      throw e;
    }
  }

  private @Nullable Event nextEvent() throws IOException, InvalidEventException {
    while (!ended || from < to) {
      int end = findLineBreak();
      int start = from;
      boolean whole = end < to;
      from = Math.min(end + 1, to);
      scanned = from;
      line++;
      if (end - start > maxLineBytes) {
        skipToLineBreak(whole);
        throw new InvalidEventException(
            RejectionKind.OVERSIZED,
            "line "
                + line
                + ": should have at most "
                + maxLineBytes
                + " bytes; write one event a line, sketched to a smaller dimension");
      }
      if (!isBlank(start, end)) {
        return parse(start, end, whole);
      }
    }
    return null;
  }

  @Override
  public long position() {
    return in.count();
  }

  @Override
  public void close() throws IOException {
    ended = true;
    from = to;
    in.close();
  }

  private Event parse(int start, int end, boolean whole) throws InvalidEventException {
    try {
      return EventJson.parse(buffer, start, end - start);
    } catch (InvalidEventException e) {
      throw new InvalidEventException(
          e.kind(),
          "line "
              + line
              + ": "
              + e.getMessage()
              + (whole ? "" : "; the line has no line break: its writer was perhaps killed"),
          e);
    }
  }

  /** The place of the next line break, or {@code to} at the end or beyond the limit. */
  private int findLineBreak() throws IOException {
    while (true) {
      while (scanned < to) {
        if (buffer[scanned] == '\n') {
          return scanned;
        }
        scanned++;
      }
      if (ended || to - from > maxLineBytes) {
        return to;
      }
      fill();
    }
  }

  private void fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      scanned -= from;
      to -= from;
      from = 0;
    }
    if (to == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int n = in.read(buffer, to, buffer.length - to);
    if (n < 0) {
      ended = true;
    } else {
      to += n;
    }
  }

  private void skipToLineBreak(boolean alreadyThere) throws IOException {
    boolean there = alreadyThere;
    while (!there && !ended) {
      from = to;
      scanned = to;
      fill();
      while (scanned < to && !there) {
        there = buffer[scanned++] == '\n';
      }
      from = scanned;
    }
  }

  private boolean isBlank(int start, int end) {
    for (int i = start; i < end; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
