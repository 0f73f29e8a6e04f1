package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SketcherTest {

  @Test
  void wordsAreTheJdksSplitMix64() {
    SplittableRandom reference = new SplittableRandom(-77);
    for (int n = 0; n < 100; n++) {
      assertThat(FoldSpec.word(-77, n)).isEqualTo(reference.nextLong());
    }
  }

  @Test
  void smallVectorsAreTheirOwnSketch() {
    Sketcher sketcher = Sketcher.of(3, 256, 9);
    float[] out = {9, 9, 9};
    sketcher.sketch(new float[] {1, -2, 3}, out);

    assertThat(sketcher.scheme()).isEqualTo("identity");
    assertThat(sketcher.dim()).isEqualTo(3);
    assertThat(out).containsExactly(1, -2, 3);
    assertThat(Sketcher.of(256, 256, 0).scheme()).isEqualTo("identity");
    assertThat(Sketcher.of(257, 256, 0).scheme()).isEqualTo("block_fold");
  }

  @ParameterizedTest
  @ValueSource(ints = {257, 511, 512, 513, 1023, 5_000, 100_003})
  void kernelsGiveTheSameBits(int parameters) {
    float[] x = gaussian(parameters, 3);
    for (int dim = 256; dim <= 4096 && dim < parameters; dim *= 2) {
      float[] plain = new float[dim];
      float[] vector = new float[dim];
      Sketcher.of(parameters, dim, 42, new ScalarFold()).sketch(x, plain);
      Sketcher.of(parameters, dim, 42, new VectorFold()).sketch(x, vector);
      assertThat(vector).isEqualTo(plain);
    }
  }

  @Test
  void aVectorInPiecesGivesTheSameBits() {
    int parameters = 20_011;
    float[] x = gaussian(parameters, 4);
    Sketcher sketcher = Sketcher.of(parameters, 1024, 5);
    float[] whole = new float[1024];
    sketcher.sketch(x, whole);

    Random cuts = new Random(6);
    for (int trial = 0; trial < 50; trial++) {
      float[] pieces = new float[1024];
      sketcher.reset(pieces);
      int at = 0;
      while (at < parameters) {
        int n = Math.min(parameters - at, cuts.nextInt(1 + (1 << cuts.nextInt(13))));
        // Each tensor in an array of its own, not at its start.
        float[] tensor = new float[n + 7];
        System.arraycopy(x, at, tensor, 7, n);
        sketcher.accept(tensor, 7, n);
        at += n;
      }
      sketcher.finish();
      assertThat(pieces).isEqualTo(whole);
    }
  }

  /** The definition in the Javadoc, element by element. */
  @Test
  void sketchesEachUnitVectorAsSpecified() {
    int parameters = 3_000;
    int dim = 512;
    long seed = 0x1234_5678_9abc_def0L;
    Sketcher sketcher = Sketcher.of(parameters, dim, seed);
    long[] words = new SplittableRandom(seed).longs(16L * 6).toArray();
    for (int i = 0; i < parameters; i += 37) {
      float[] unit = new float[parameters];
      unit[i] = 1;
      float[] out = new float[dim];
      sketcher.sketch(unit, out);

      int b = i / 512;
      int e = i % 512;
      long placement = words[16 * b + 8];
      long half = e < 256 ? placement >>> 32 : placement & 0xffffffffL;
      int place = (int) (half >> (32 - 9)) ^ (e % 256);
      long lane = words[16 * b + (e % 16) / 2] >>> (32 * (e % 2));
      float sign = ((lane >> (31 - e / 16)) & 1) == 1 ? -1 : 1;
      float[] expected = new float[dim];
      expected[place] = sign;
      assertThat(out).isEqualTo(expected);
    }
  }

  @Test
  void isLinear() {
    // Small integers: float sums are exact, so linearity is too.
    int parameters = 10_000;
    Random random = new Random(8);
    float[] x = new float[parameters];
    float[] y = new float[parameters];
    float[] combined = new float[parameters];
    for (int i = 0; i < parameters; i++) {
      x[i] = random.nextInt(-100, 100);
      y[i] = random.nextInt(-100, 100);
      combined[i] = 3 * x[i] - 2 * y[i];
    }
    Sketcher sketcher = Sketcher.of(parameters, 256, 1);
    float[] sx = new float[256];
    float[] sy = new float[256];
    float[] s = new float[256];
    sketcher.sketch(x, sx);
    sketcher.sketch(y, sy);
    sketcher.sketch(combined, s);
    for (int i = 0; i < 256; i++) {
      assertThat(s[i]).isEqualTo(3 * sx[i] - 2 * sy[i]);
    }
  }

  @Test
  void nonFiniteElementsStayVisible() {
    float[] x = new float[5_000];
    x[4_999] = Float.NaN;
    x[0] = Float.NEGATIVE_INFINITY;
    float[] out = new float[256];
    Sketcher.of(5_000, 256, 1).sketch(x, out);
    int nan = 0;
    int infinite = 0;
    for (float v : out) {
      nan += Float.isNaN(v) ? 1 : 0;
      infinite += Float.isInfinite(v) ? 1 : 0;
    }
    assertThat(nan).isPositive();
    assertThat(nan + infinite).isBetween(1, 2);
  }

  @Test
  void badSizesAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sketcher.of(10_000, 1000, 0))
        .withMessage("dim should be a power of two from 256 to 1048576: was 1000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sketcher.of(10_000, 128, 0))
        .withMessageContaining("was 128");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sketcher.of(0, 1024, 0))
        .withMessage("parameterCount should be at least 1: was 0");
    Sketcher sketcher = Sketcher.of(1_000, 256, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sketcher.sketch(new float[1_000], new float[255]))
        .withMessage("out should have the sketch's dim, 256: had 255");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sketcher.sketch(new float[1_001], new float[256]))
        .withMessage("the vector should have parameterCount 1000 elements: got 1001");
    assertThatIllegalStateException()
        .isThrownBy(() -> sketcher.sketch(new float[999], new float[256]))
        .withMessageContaining("had 999");
  }

  static float[] gaussian(int n, long seed) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }
}
