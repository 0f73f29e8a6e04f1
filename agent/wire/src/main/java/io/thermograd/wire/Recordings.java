package io.thermograd.wire;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Recordings of runs in two forms. {@code .tgr}: one or several concatenated zstd frames that hold
 * protobuf events, each behind its length as a varint. JSON Lines: {@link EventJson}, one event a
 * line, blank lines allowed.
 */
public final class Recordings {
  private static final int MAGIC_BYTES = 4;
  private static final int BUFFER = 1 << 16;

  /** Sketches are noise: higher levels cost time and gain nothing. */
  private static final int ZSTD_LEVEL = 1;

  private Recordings() {}

  /** Opens a recording of either form, whatever its name, unless it is of neither. */
  public static EventReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return open(in, file.toString().toLowerCase(Locale.ROOT).endsWith(".tgr"));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** As {@link #open(Path)}; the reader closes {@code in}. Waits for the first four bytes. */
  public static EventReader open(InputStream in) throws IOException {
    return open(in, false);
  }

  /** What a trainer prints may begin with anything; a file that says what it is may not. */
  private static EventReader open(InputStream in, boolean strict) throws IOException {
    PushbackInputStream source = new PushbackInputStream(in, MAGIC_BYTES);
    byte[] head = source.readNBytes(MAGIC_BYTES);
    source.unread(head);
    if (head.length >= 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b) {
      throw new IOException(
          "recording should be .tgr (zstd) or JSON Lines: is gzip; unpack it with gunzip first");
    }
    if (strict && head.length > 0 && !isZstd(head) && " \t\r\n{".indexOf(head[0]) < 0) {
      throw new IOException(
          "recording should be .tgr (zstd) or JSON Lines: its first bytes are those of neither;"
              + " record it again");
    }
    return isZstd(head)
        ? new TgrReader(source)
        : new JsonLinesReader(source, JsonLinesReader.MAX_LINE_BYTES);
  }

  /**
   * Creates a recording, or replaces the one that is there: JSON Lines when the name ends in {@code
   * .jsonl}, {@code .tgr} otherwise.
   */
  public static EventWriter create(Path file) throws IOException {
    boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
    OutputStream out = Files.newOutputStream(file);
    try {
      return json ? jsonLines(out) : tgr(out);
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  /** A {@code .tgr} recording to anywhere; the writer closes {@code out}. */
  public static EventWriter tgr(OutputStream out) throws IOException {
    // Short blocks (or the zstd library's many small writes) must not each become a system call.
    var zstd = new ZstdOutputStreamNoFinalizer(new BufferedOutputStream(out, BUFFER), ZSTD_LEVEL);
    zstd.setChecksum(true);
    return new RecordingWriter(zstd, RecordingWriter.Form.DELIMITED);
  }

  /** A JSON Lines recording to anywhere; the writer closes {@code out}. */
  public static EventWriter jsonLines(OutputStream out) {
    return new RecordingWriter(
        new BufferedOutputStream(out, BUFFER), RecordingWriter.Form.JSON_LINES);
  }

  /** Also true of the first bytes of a frame that was cut off within its magic number. */
  private static boolean isZstd(byte[] head) {
    int[] data = {0x28, 0xb5, 0x2f, 0xfd};
    int[] skippable = {0x50, 0x2a, 0x4d, 0x18};
    boolean isData = head.length > 0;
    boolean isSkippable = head.length == MAGIC_BYTES;
    for (int i = 0; i < head.length; i++) {
      isData &= (head[i] & 0xff) == data[i];
      // The low four bits of a skippable frame's magic number are free.
      isSkippable &= (head[i] & (i == 0 ? 0xf0 : 0xff)) == skippable[i];
    }
    // One byte 0x28 alone is also the character '('.
    return (isData && head.length > 1) || isSkippable;
  }
}
