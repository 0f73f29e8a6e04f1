package io.thermograd.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One run's state as bytes. The same state gives the same bytes, whoever wrote them.
 *
 * <pre>
 * u8 format version (2) | run id | i64 included offset | i64 run starts | i32 attempt
 * | u8 standing | state of the fold, if analysed | u32 CRC-32C of all before
 * </pre>
 *
 * Strings are UTF-8 with an i32 length; integers are big-endian. A reader refuses a format version
 * that it does not know, a checksum that does not fit and a state that its fold does not take.
 */
final class RunSnapshot {
  static final int FORMAT_VERSION = 8;
  private static final int CHECKSUM_BYTES = 4;

  private RunSnapshot() {}

  /** O(state). */
  static byte[] encode(RunEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT_VERSION);
      writeString(out, entry.runId);
      out.writeLong(entry.includedOffset);
      out.writeLong(entry.starts);
      out.writeInt(entry.attempt);
      RunFold fold = entry.fold;
      out.writeByte(entry.standing.ordinal());
      if (fold != null) {
        fold.writeTo(out);
      }
      out.flush();
      out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array refused to be written", e);
    }
    return bytes.toByteArray();
  }

  static RunEntry decode(byte[] bytes, AnalysisConfig config) throws CorruptSnapshotException {
    if (bytes.length <= CHECKSUM_BYTES) {
      throw new CorruptSnapshotException("only " + bytes.length + " bytes long");
    }
    if (bytes[0] != FORMAT_VERSION) {
      throw new CorruptSnapshotException(
          "format version " + bytes[0] + ", this release reads " + FORMAT_VERSION);
    }
    int body = bytes.length - CHECKSUM_BYTES;
    int stored = ByteBuffer.wrap(bytes).getInt(body);
    if (stored != checksum(bytes, body)) {
      throw new CorruptSnapshotException("checksum does not fit");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 1, body - 1))) {
      String runId = readString(in);
      RunEntry entry = new RunEntry(runId, null);
      entry.includedOffset = in.readLong();
      entry.starts = in.readLong();
      entry.attempt = in.readInt();
      entry.standing = RunEntry.Standing.values()[in.readUnsignedByte()];
      if (entry.standing == RunEntry.Standing.ANALYSED) {
        entry.fold = RunFold.readFrom(in, config);
      }
      if (in.available() > 0) {
        throw new CorruptSnapshotException(in.available() + " bytes left over");
      }
      return entry;
    } catch (IOException | RuntimeException e) {
      // The checksum fits: another release or other settings.
      throw new CorruptSnapshotException("state not usable: " + e.getMessage(), e);
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static void writeString(DataOutputStream out, String s) throws IOException {
    byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readString(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("string of " + length + " bytes in " + in.available());
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
