package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.junit.jupiter.api.Test;

class SymmetricEigenTest {
  private static final int CAPACITY = 48;
  private final SymmetricEigen eigen = new SymmetricEigen(CAPACITY, SpectrumKernel.best());

  /** Against Hipparchus 4.0.3, and against the definition. */
  @Test
  void eigenpairsOfRandomMatrices() {
    SplittableRandom random = new SplittableRandom(3);
    for (int r = 0; r < 300; r++) {
      int n = random.nextInt(1, CAPACITY + 1);
      check(random(random, n, r % 4), 1);
    }
  }

  @Test
  void anyScale() {
    SplittableRandom random = new SplittableRandom(4);
    for (double scale : new double[] {1e-300, 1e-100, 1, 1e100, 1e300}) {
      check(random(random, 12, 0), scale);
    }
  }

  @Test
  void degenerateMatrices() {
    check(new double[][] {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, 1);
    check(new double[][] {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, 1);
    check(new double[][] {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, 1);
    check(new double[][] {{0, 1}, {1, 0}}, 1);
    check(new double[][] {{1, 1e-200, 0}, {1e-200, 1, 1e-170}, {0, 1e-170, 1e-160}}, 1);
    check(new double[][] {{7}}, 1);
  }

  /** λ_k = 2cos(kπ/(n+1)) for ones beside a diagonal of zeros: cosines of exactly 0 on the way. */
  @Test
  void pathGraphs() {
    for (int n = 2; n <= CAPACITY; n += n < 20 ? 1 : 7) {
      double[][] a = new double[n][n];
      for (int i = 1; i < n; i++) {
        a[i][i - 1] = 1;
        a[i - 1][i] = 1;
      }
      check(a, 1);
      for (int k = 1; k <= n; k++) {
        assertThat(eigen.value(k - 1))
            .isCloseTo(2 * Math.cos(k * Math.PI / (n + 1)), within(1e-15 * n));
      }
    }
  }

  /** Wilkinson's W₂₁⁺, whose largest eigenvalues agree in pairs to 14 digits. */
  @Test
  void closePairs() {
    double[][] a = new double[21][21];
    for (int i = 0; i < 21; i++) {
      a[i][i] = Math.abs(i - 10);
      if (i > 0) {
        a[i][i - 1] = 1;
        a[i - 1][i] = 1;
      }
    }
    check(a, 1);
  }

  /** What a stream's Gram matrix looks like: known directions, and new rows across all of them. */
  @Test
  void borderedDiagonals() {
    SplittableRandom random = new SplittableRandom(6);
    for (int r = 0; r < 25; r++) {
      double[][] a = new double[CAPACITY][CAPACITY];
      for (int i = 0; i < CAPACITY; i++) {
        double scale = i < 32 ? Math.pow(i + 1, -(r % 5)) : 1e-3;
        a[i][i] = scale;
        for (int j = 0; j < i && i >= 32; j++) {
          a[i][j] = 0.1 * random.nextGaussian() * Math.sqrt(scale * a[j][j]);
          a[j][i] = a[i][j];
        }
      }
      check(a, 1);
    }
  }

  /** Blocks whose squares are no numbers beside one of size 1. */
  @Test
  void vanishingBlocks() {
    for (double tiny : new double[] {1e-60, 1e-120, 1e-170, 1e-300}) {
      check(
          new double[][] {
            {tiny, tiny, 0, 0}, {tiny, 3 * tiny, tiny, 0}, {0, tiny, tiny, 0}, {0, 0, 0, 1}
          },
          1);
    }
  }

  @Test
  void saysSoWhenANumberIsNotFinite() {
    assertThat(eigen.decompose(new double[] {1, 0, Double.NaN, 1}, 2, 2)).isFalse();
    assertThat(eigen.decompose(new double[] {1, 0, 0, Double.POSITIVE_INFINITY}, 2, 2)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> eigen.decompose(new double[0], 0, CAPACITY + 1))
        .withMessage("size should be at most 48: was 49");
  }

  private void check(double[][] a, double scale) {
    int n = a.length;
    int stride = n + 3;
    double[] lower = new double[n * stride];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        lower[i * stride + j] = a[i][j] * scale;
      }
    }
    assertThat(eigen.decompose(lower, stride, n)).isTrue();
    double[] expected =
        new EigenDecompositionSymmetric(new Array2DRowRealMatrix(a)).getEigenvalues();
    double size = 0;
    for (double v : expected) {
      size = Math.max(size, Math.abs(v));
    }
    // n rounding steps of the largest element each, in both decompositions.
    double tolerance = 4e-16 * n * size + 1e-300;
    for (int i = 0; i < n; i++) {
      assertThat(eigen.value(i) / scale).isCloseTo(expected[i], within(2 * tolerance));
      for (int row = 0; row < n; row++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          sum += a[row][j] * eigen.vector(i, j);
        }
        assertThat(sum)
            .isCloseTo(eigen.value(i) / scale * eigen.vector(i, row), within(8 * tolerance));
      }
      for (int k = 0; k <= i; k++) {
        double dot = 0;
        for (int j = 0; j < n; j++) {
          dot += eigen.vector(i, j) * eigen.vector(k, j);
        }
        assertThat(dot).isCloseTo(i == k ? 1 : 0, within(1e-14 * Math.max(4, n)));
      }
    }
  }

  /** Kinds: full, rank one plus small, blocks of zeros, graded. */
  private static double[][] random(SplittableRandom random, int n, int kind) {
    double[][] a = new double[n][n];
    double[] u = random.doubles(n, -1, 1).toArray();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double x = random.nextGaussian();
        a[i][j] =
            switch (kind) {
              case 1 -> u[i] * u[j] + 1e-9 * x;
              case 2 -> (i < n / 2) == (j < n / 2) && i % 3 > 0 && j % 3 > 0 ? x : 0;
              case 3 -> x * Math.pow(10, -(i + j) / 8.0);
              default -> x;
            };
        a[j][i] = a[i][j];
      }
    }
    return a;
  }
}
