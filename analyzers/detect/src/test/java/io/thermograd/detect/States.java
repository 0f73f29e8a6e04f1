package io.thermograd.detect;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Serialised states in tests. */
public final class States {
  private States() {}

  public interface Writer {
    void writeTo(DataOutput out) throws IOException;
  }

  public interface Reader {
    void readFrom(DataInput in) throws IOException;
  }

  public static byte[] bytes(Writer state) {
    try {
      var bytes = new ByteArrayOutputStream();
      state.writeTo(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void copy(Writer from, Reader to) {
    try {
      var in = new DataInputStream(new ByteArrayInputStream(bytes(from)));
      to.readFrom(in);
      if (in.read() >= 0) {
        throw new AssertionError("state was not read to its end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
