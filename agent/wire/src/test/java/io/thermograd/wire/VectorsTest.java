package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorsTest {

  @Test
  void float32IsLittleEndian() {
    // IEEE 754: 1.0 is 3f800000, −2.5 is c0200000.
    assertThat(Vectors.float32(new float[] {1f, -2.5f}).getFloat32().toByteArray())
        .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0);
  }

  @Test
  void float32KeepsEveryBit() {
    float[] x = {
      Float.intBitsToFloat(0x7f800001), Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, 0.1f
    };
    float[] back = Vectors.toFloats(Vectors.float32(x));
    for (int i = 1; i < x.length; i++) {
      assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(Float.floatToRawIntBits(x[i]));
    }
    assertThat(back[0]).isNaN();
  }

  /** Upper halves worked out by hand from the binary32 patterns. */
  @ParameterizedTest
  @CsvSource({
    "3f800000, 3f80", // 1
    "3f808000, 3f80", // half-way, even below
    "3f808001, 3f81", // just above half-way
    "3f818000, 3f82", // half-way, even above
    "3f817fff, 3f81", // just below half-way
    "3fffffff, 4000", // carry into the exponent
    "7f7fffff, 7f80", // largest float32 is beyond the largest bfloat16: infinity
    "ff7f7fff, ff7f", // just below half-way to −infinity
    "80000000, 8000", // −0
    "00000001, 0000", // smallest subnormal
    "00018000, 0002", // a subnormal half-way
    "7f800000, 7f80", // infinity
    "7f800001, 7fc0", // a NaN whose payload is in the lower half
    "ffffffff, ffff", // a NaN that a carry would turn into −0
  })
  void bfloat16RoundsToNearestEven(String float32, String expected) {
    float x = Float.intBitsToFloat(Integer.parseUnsignedInt(float32, 16));
    byte[] bytes = Vectors.bfloat16(new float[] {x}).getBfloat16().toByteArray();
    assertThat((bytes[1] & 0xff) << 8 | (bytes[0] & 0xff))
        .isEqualTo(Integer.parseInt(expected, 16));
  }

  /** Half a unit in the last place of 8 significant bits is a relative 2⁻⁹ of the next power. */
  @Test
  void bfloat16ErrorIsAtMostHalfAnUlp() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      float x = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30));
      float y = Vectors.toFloats(Vectors.bfloat16(new float[] {x}))[0];
      double ulp = Math.scalb(1.0, Math.getExponent(x) - 7);
      assertThat(Math.abs((double) y - x)).isLessThanOrEqualTo(ulp / 2);
    }
  }

  @Test
  void copiesIntoTheMiddle() {
    float[] target = {9, 9, 9, 9};
    Vectors.copyTo(Vectors.float32(new float[] {1, 2}), target, 1);
    assertThat(target).containsExactly(9, 1, 2, 9);
    Vectors.copyTo(Vectors.bfloat16(new float[] {3, 4}), target, 2);
    assertThat(target).containsExactly(9, 1, 3, 4);
    assertThatThrownBy(() -> Vectors.copyTo(Vectors.float32(new float[2]), target, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void noEncodingHasNoElements() {
    assertThat(Vectors.length(Vector.getDefaultInstance())).isZero();
    assertThat(Vectors.toFloats(Vector.getDefaultInstance())).isEmpty();
  }

  @Test
  void laterChangesOfTheArrayDoNotShow() {
    float[] x = {1};
    Vector v = Vectors.float32(x);
    x[0] = 2;
    assertThat(Vectors.toFloats(v)).containsExactly(1);
  }

  /** Aliasing can be seen only by breaking its contract: the decoded vector follows the bytes. */
  @Test
  void decodedVectorsAreViewsOfTheRecord() throws InvalidEventException {
    byte[] bytes =
        EventCodec.encode(
            Event.newBuilder()
                .setStep(
                    StepEvent.newBuilder()
                        .setRunId("a")
                        .setGradSketch(Vectors.float32(new float[] {1, 1, 1})))
                .build());
    Event e = EventCodec.decode(bytes);
    int at = bytes.length - 3 * Float.BYTES;
    bytes[at + 3] = (byte) 0xbf;
    assertThat(Vectors.toFloats(e.getStep().getGradSketch())).containsExactly(-1, 1, 1);
  }
}
