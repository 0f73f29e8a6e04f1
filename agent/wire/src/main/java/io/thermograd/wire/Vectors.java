package io.thermograd.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.thermograd.wire.proto.Vector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Objects;

/**
 * Vectors of floats as they travel: little-endian binary32, or its upper halves (bfloat16: the same
 * range at half the bytes, relative rounding error at most 2⁻⁸).
 *
 * <p>Each call is one pass over the elements. Stateless.
 */
public final class Vectors {
  private Vectors() {}

  /** The elements of {@code x}, bit for bit. Later changes of {@code x} do not show. */
  public static Vector float32(float[] x) {
    byte[] bytes = new byte[Math.multiplyExact(x.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(x);
    return Vector.newBuilder().setFloat32(UnsafeByteOperations.unsafeWrap(bytes)).build();
  }

  /**
   * The elements of {@code x} rounded to the nearest bfloat16, ties to even. What is beyond its
   * largest finite value becomes an infinity, NaN stays NaN, −0 stays −0.
   */
  public static Vector bfloat16(float[] x) {
    byte[] bytes = new byte[Math.multiplyExact(x.length, Short.BYTES)];
    ShortBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    for (int i = 0; i < x.length; i++) {
      out.put(i, toBfloat16(x[i]));
    }
    return Vector.newBuilder().setBfloat16(UnsafeByteOperations.unsafeWrap(bytes)).build();
  }

  /** Number of elements; 0 when no encoding is set. */
  public static int length(Vector v) {
    return switch (v.getEncodingCase()) {
      case FLOAT32 -> v.getFloat32().size() / Float.BYTES;
      case BFLOAT16 -> v.getBfloat16().size() / Short.BYTES;
      case ENCODING_NOT_SET -> 0;
    };
  }

  /** The elements in a new array. */
  public static float[] toFloats(Vector v) {
    float[] x = new float[length(v)];
    copyTo(v, x, 0);
    return x;
  }

  /**
   * Writes the {@link #length} elements to {@code target} from {@code offset} on.
   *
   * @throws IndexOutOfBoundsException when they do not fit; nothing is written then
   */
  public static void copyTo(Vector v, float[] target, int offset) {
    int n = length(v);
    Objects.checkFromIndexSize(offset, n, target.length);
    switch (v.getEncodingCase()) {
      case FLOAT32 -> littleEndian(v.getFloat32()).asFloatBuffer().get(target, offset, n);
      case BFLOAT16 -> {
        ShortBuffer in = littleEndian(v.getBfloat16()).asShortBuffer();
        for (int i = 0; i < n; i++) {
          target[offset + i] = Float.intBitsToFloat(in.get(i) << 16);
        }
      }
      case ENCODING_NOT_SET -> {}
    }
  }

  private static ByteBuffer littleEndian(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static short toBfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      // Rounding could carry a NaN's payload into an infinity; the quiet bit keeps it a NaN.
      return (short) ((bits >>> 16) | 0x0040);
    }
    // Half an ulp, less one when the kept part is even: ties go to even, and a carry out of the
    // mantissa raises the exponent, as it should.
    int roundUp = 0x7fff + ((bits >>> 16) & 1);
    return (short) ((bits + roundUp) >>> 16);
  }
}
