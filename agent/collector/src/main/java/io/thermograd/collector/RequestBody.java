package io.thermograd.collector;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** A request's bytes, unpacked; it holds its share of the memory until it is closed. */
final class RequestBody implements AutoCloseable {
  static final String ENCODINGS = "gzip, zstd, identity";
  private static final int PIECE = 1 << 16;

  private final HeldBytes memory;
  private final int limit;
  private long held;
  private long sent;

  private RequestBody(HeldBytes memory, int limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** What a body is unpacked to, and how many bytes it was sent as. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Content(byte[] bytes, long sent) {}

  static RequestBody within(HeldBytes memory, int limit) {
    return new RequestBody(memory, limit);
  }

  /**
   * Reads all of it.
   *
   * @param encoding the header {@code Content-Encoding}
   * @throws HttpRefusal with 400, 413, 415 or 503
   */
  Content read(InputStream in, @Nullable String encoding) throws IOException, HttpRefusal {
    String name = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
    byte[] packed = readAll(in, "");
    sent = packed.length;
    ByteArrayInputStream source = new ByteArrayInputStream(packed);
    try {
      return switch (name) {
        case "", "identity" -> new Content(packed, sent);
        case "gzip", "x-gzip" ->
            new Content(readAll(new GZIPInputStream(source), " when unpacked"), sent);
        case "zstd" ->
            new Content(readAll(new ZstdInputStreamNoFinalizer(source), " when unpacked"), sent);
        default ->
            throw new HttpRefusal(
                    415,
                    "Content-Encoding should be one of " + ENCODINGS + ": was '" + encoding + "'")
                .with("Accept-Encoding", ENCODINGS);
      };
    } catch (ZipException | ZstdIOException | EOFException e) {
      throw new HttpRefusal(400, "body is not whole " + name + ": " + e.getMessage());
    }
  }

  private byte[] readAll(InputStream in, String how) throws IOException, HttpRefusal {
    ByteArrayOutputStream all = new ByteArrayOutputStream(PIECE);
    byte[] piece = new byte[PIECE];
    for (int n; (n = in.read(piece)) >= 0; ) {
      if (all.size() + n > limit) {
        throw new HttpRefusal(
            413,
            "body should have at most "
                + limit
                + " bytes"
                + how
                + ": has more; send fewer events at once");
      }
      if (!memory.tryHold(n)) {
        throw HttpRefusal.later("the collector holds as many events as it has room for");
      }
      held += n;
      all.write(piece, 0, n);
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    memory.release(held);
    held = 0;
  }
}
