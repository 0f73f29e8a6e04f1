package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathTest {
  private static final int K = 200;

  private static float[] unit(int i) {
    float[] x = new float[K];
    x[i] = 1;
    return x;
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** A line along (e_3 + e_9)/√2, a little of it along a direction of the noise, and noise. */
  private static Path line(long seed) {
    Path path = new Path();
    SplittableRandom random = new SplittableRandom(seed);
    for (int t = 0; t < 40; t++) {
      float[] theta = new float[K];
      for (int i = 0; i < K; i++) {
        theta[i] = (float) (0.01 * random.nextGaussian());
      }
      theta[3] += t;
      theta[9] += t;
      theta[0] += 0.3f * t;
      path.accept(theta);
    }
    return path;
  }

  /** In storage that held something else before. */
  private static float[][] outside(Path path, float[]... known) {
    float[][] out = new float[Path.RANK][known[0].length];
    for (float[] row : out) {
      Arrays.fill(row, 7);
    }
    path.outside(known, out);
    return out;
  }

  @Test
  void findsTheLineOutsideOfWhatIsKnown() {
    float[][] found = outside(line(1), unit(0), unit(1));
    // What noise of 0.01√2 adds to forty displacements of length 1.45 is 10⁻⁴ of a square.
    assertThat(Math.abs(found[0][3] + found[0][9]) / Math.sqrt(2)).isCloseTo(1, within(1e-3));
    for (int i = 0; i < Path.RANK; i++) {
      assertThat(dot(found[i], unit(0))).isCloseTo(0, within(1e-6));
      for (int j = 0; j <= i; j++) {
        assertThat(dot(found[i], found[j])).isCloseTo(i == j ? 1 : 0, within(1e-5));
      }
    }
  }

  @Test
  void thereIsNoDirectionOutsideOfAllOrBeforeAnythingMoved() {
    Path path = new Path();
    path.accept(new float[] {1, 2});
    path.accept(new float[] {2, 5});
    for (float[] row : outside(path, new float[] {1, 0}, new float[] {0, 1})) {
      assertThat(row).containsOnly(0);
    }
    for (float[] row : outside(new Path(), unit(0))) {
      assertThat(row).containsOnly(0);
    }
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    Path path = line(2);
    Path restored = new Path();
    Draws.copy(path::writeTo, restored::readFrom);
    float[] theta = unit(7);
    path.accept(theta);
    restored.accept(theta);
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(path::writeTo));
  }
}
