package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DotKernelTest {
  private final SplittableRandom random = new SplittableRandom(17);

  @Test
  void theVectorApiIsOnInTests() {
    assertThat(DotKernel.best()).isInstanceOf(VectorDotKernel.class);
  }

  @Test
  void bothKernelsAgreeInEveryBit() {
    DotKernel plain = new PlainDotKernel();
    DotKernel vector = new VectorDotKernel();
    // Enough calls that the vector code is compiled on the way: its result must not change.
    for (int r = 0; r < 20_000; r++) {
      int n = random.nextInt(0, 200);
      int extra = random.nextInt(0, 3);
      float[] x = values(n + extra, r % 5);
      float[] y = values(n + extra, random.nextInt(5));
      assertThat(Double.doubleToLongBits(vector.dot(x, y, n)))
          .isEqualTo(Double.doubleToLongBits(plain.dot(x, y, n)));
    }
  }

  @Test
  void isTheInnerProduct() {
    for (int n : new int[] {0, 1, 31, 32, 33, 64, 1000, 1024}) {
      float[] x = values(n, 0);
      float[] y = values(n, 0);
      double sum = 0;
      double size = 0;
      for (int i = 0; i < n; i++) {
        sum += (double) x[i] * y[i];
        size += Math.abs((double) x[i] * y[i]);
      }
      // Each of 32 lanes adds n/32 rounded products: relative (n/32 + 4)·2⁻²⁴.
      double tolerance = (n / 32.0 + 4) * 0x1p-24 * size;
      assertThat(DotKernel.best().dot(x, y, n)).isCloseTo(sum, within(tolerance + 1e-300));
    }
  }

  @Test
  void mathGoesToDoubleWhereFloatsOverflowOrVanish() {
    var math = new SketchMath();
    for (float size : new float[] {1e-30f, 1e-22f, 1e-15f, 1, 1e15f, 1e18f, 1e30f, 3e38f}) {
      for (int n : new int[] {1, 32, 100, 1024}) {
        float[] x = new float[n];
        java.util.Arrays.fill(x, size);
        double exact = n * (double) size * size;
        // Relative error of a float sum of n/32 equal terms per lane, some 10⁻⁶.
        assertThat(math.sqnorm(x)).isCloseTo(exact, within(2e-6 * exact));
      }
    }
  }

  @Test
  void mathSeesThroughOverflowThatCancels() {
    float[] x = {1e30f, 1e30f, 2};
    float[] y = {1e30f, -1e30f, 3};
    float[] wideX = java.util.Arrays.copyOf(x, 64);
    float[] wideY = java.util.Arrays.copyOf(y, 64);
    wideX[33] = 1e25f;
    wideY[33] = -1e25f;
    assertThat(new SketchMath().dot(x, y)).isEqualTo(6);
    assertThat(new SketchMath().dot(wideX, wideY)).isCloseTo(-1e50, within(1e44));
  }

  @Test
  void mathPassesNonFiniteOn() {
    var math = new SketchMath();
    assertThat(math.sqnorm(new float[] {1, Float.NaN})).isNaN();
    assertThat(math.sqnorm(new float[] {1, Float.NEGATIVE_INFINITY}))
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(math.sqnorm(new float[0])).isZero();
  }

  private float[] values(int n, int kind) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] =
          switch (kind) {
            case 1 -> (random.nextBoolean() ? 1 : -1) * Float.MIN_VALUE * random.nextInt(1 << 20);
            case 2 -> (float) random.nextGaussian() * 1e37f;
            case 3 -> random.nextInt(3) == 0 ? -0.0f : (float) random.nextGaussian() * 1e-21f;
            case 4 -> Float.intBitsToFloat(random.nextInt());
            default -> (float) random.nextGaussian();
          };
    }
    return x;
  }
}
