package io.thermograd.estimate.numeric;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Arrays in serialised states, bit for bit. */
public final class StateArrays {
  private StateArrays() {}

  public static void write(DataOutput out, double[] x) throws IOException {
    for (double v : x) {
      out.writeDouble(v);
    }
  }

  public static void read(DataInput in, double[] x) throws IOException {
    for (int i = 0; i < x.length; i++) {
      x[i] = in.readDouble();
    }
  }

  /** Rows of equal length. */
  public static void write(DataOutput out, float[][] rows) throws IOException {
    out.writeInt(rows.length);
    out.writeInt(rows.length == 0 ? 0 : rows[0].length);
    for (float[] row : rows) {
      write(out, row, 0, row.length);
    }
  }

  public static void write(DataOutput out, float[] x, int from, int count) throws IOException {
    byte[] bytes = new byte[4 * count];
    ByteBuffer.wrap(bytes).asFloatBuffer().put(x, from, count);
    out.write(bytes);
  }

  public static void read(DataInput in, float[] x, int from, int count) throws IOException {
    byte[] bytes = new byte[4 * count];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(x, from, count);
  }

  public static float[][] readRows(DataInput in) throws IOException {
    int count = in.readInt();
    int length = in.readInt();
    if (count < 0 || length < 0 || (long) count * length > 1 << 26) {
      throw new IOException("state claims " + count + " rows of " + length + " floats");
    }
    float[][] rows = new float[count][length];
    for (float[] row : rows) {
      read(in, row, 0, length);
    }
    return rows;
  }
}
