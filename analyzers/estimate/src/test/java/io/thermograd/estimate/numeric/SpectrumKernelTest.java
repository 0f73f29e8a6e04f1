package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SpectrumKernelTest {
  private final SpectrumKernel plain = new PlainSpectrumKernel();
  private final SpectrumKernel vector = new VectorSpectrumKernel();

  @Test
  void theVectorApiIsOnInTests() {
    assertThat(SpectrumKernel.best()).isInstanceOf(VectorSpectrumKernel.class);
  }

  /** Enough calls that the vector code is compiled on the way: its results must not change. */
  @RepeatedTest(30)
  void bothKernelsAgreeInEveryBit(RepetitionInfo info) {
    SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
    for (int r = 0; r < 20; r++) {
      int columns = SpectrumKernel.STRIP * random.nextInt(1, r == 0 ? 40 : 4);
      int stride = columns + SpectrumKernel.LANES;
      int rows = 4 * random.nextInt(1, 5);
      int n = rows + 4 * random.nextInt(0, 3);
      float[] m = values(random, n * stride);

      double[] g1 = new double[n * n];
      double[] g2 = new double[n * n];
      int from = 4 * random.nextInt(0, n / 4);
      plain.gram(m, stride, columns, from, n, g1, n);
      vector.gram(m, stride, columns, from, n, g2, n);
      assertThat(bits(g2)).isEqualTo(bits(g1));

      float[] w = values(random, rows * n);
      float[] m2 = m.clone();
      plain.combine(m, stride, columns, w, rows, n);
      vector.combine(m2, stride, columns, w, rows, n);
      assertThat(bits(m2)).isEqualTo(bits(m));

      int padded = 8 * random.nextInt(1, 9);
      long seed = random.nextLong();
      Tridiagonal t1 = tridiagonal(seed, padded);
      Tridiagonal t2 = tridiagonal(seed, padded);
      double[] z1 = random.doubles((long) padded * padded, -1, 1).toArray();
      double[] z2 = z1.clone();
      int low = random.nextInt(padded - 1);
      int high = random.nextInt(low + 1, padded);
      for (int sweep = 0; sweep < 3; sweep++) {
        plain.sweep(t1, low, high, z1, padded);
        vector.sweep(t2, low, high, z2, padded);
      }
      assertThat(bits(z2)).isEqualTo(bits(z1));
      assertThat(bits(t2.diagonal)).isEqualTo(bits(t1.diagonal));
      assertThat(bits(t2.off)).isEqualTo(bits(t1.off));

      int many = random.nextInt(1, padded + 1);
      double[] a1 = random.doubles((long) padded * padded, -1, 1).toArray();
      double[] a2 = a1.clone();
      double[] x = random.doubles(padded, -1, 1).toArray();
      double[] u = random.doubles(padded, -1, 1).toArray();
      double[] v = random.doubles(padded, -1, 1).toArray();
      double[] y1 = new double[padded];
      double[] y2 = new double[padded];
      plain.multiply(a1, padded, x, many, y1, padded);
      vector.multiply(a2, padded, x, many, y2, padded);
      assertThat(bits(y2)).isEqualTo(bits(y1));
      plain.subtract(a1, padded, x, y1, u, v, many, padded);
      vector.subtract(a2, padded, x, y1, u, v, many, padded);
      assertThat(bits(a2)).isEqualTo(bits(a1));
    }
  }

  @Test
  void gramIsTheProductWithTheTranspose() {
    SplittableRandom random = new SplittableRandom(5);
    int columns = 2 * SpectrumKernel.CHUNK + SpectrumKernel.STRIP;
    int stride = columns + SpectrumKernel.LANES;
    float[] m = values(random, 8 * stride);
    double[] g = new double[64];
    vector.gram(m, stride, columns, 0, 8, g, 8);
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        double size = 0;
        for (int c = 0; c < columns; c++) {
          sum += (double) m[i * stride + c] * m[j * stride + c];
          size += Math.abs((double) m[i * stride + c] * m[j * stride + c]);
        }
        // 64 fused steps a lane and chunk, rounded to 2⁻²⁴ each, and the lanes' sum.
        assertThat(g[i * 8 + j]).isCloseTo(sum, within(70 * 0x1p-24 * size));
      }
    }
  }

  @Test
  void combineLeavesTheOtherRows() {
    int stride = SpectrumKernel.STRIP + SpectrumKernel.LANES;
    float[] m = new float[8 * stride];
    for (int i = 0; i < m.length; i++) {
      m[i] = i;
    }
    float[] w = new float[4 * 8];
    for (int i = 0; i < 4; i++) {
      w[i * 8 + 7 - i] = 2;
    }
    float[] before = m.clone();
    vector.combine(m, stride, SpectrumKernel.STRIP, w, 4, 8);
    for (int i = 0; i < 4; i++) {
      for (int c = 0; c < SpectrumKernel.STRIP; c++) {
        assertThat(m[i * stride + c]).isEqualTo(2 * before[(7 - i) * stride + c]);
      }
    }
    assertThat(Arrays.copyOfRange(m, 4 * stride, 8 * stride))
        .isEqualTo(Arrays.copyOfRange(before, 4 * stride, 8 * stride));
  }

  private static Tridiagonal tridiagonal(long seed, int n) {
    SplittableRandom random = new SplittableRandom(seed);
    Tridiagonal t = new Tridiagonal(n);
    for (int i = 0; i < n; i++) {
      t.diagonal[i] = random.nextInt(9) == 0 ? 0 : random.nextGaussian();
      t.off[i] = Math.pow(10, -random.nextInt(12)) * random.nextGaussian();
    }
    return t;
  }

  private static float[] values(SplittableRandom random, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextInt(9) == 0 ? -0.0f : (float) random.nextGaussian();
    }
    return x;
  }

  private static long[] bits(double[] x) {
    return Arrays.stream(x).mapToLong(Double::doubleToLongBits).toArray();
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(x[i]));
    return bits;
  }
}
