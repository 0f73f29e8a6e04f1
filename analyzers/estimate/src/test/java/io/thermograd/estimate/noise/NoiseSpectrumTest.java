package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.numeric.SpectrumKernel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.junit.jupiter.api.Test;

class NoiseSpectrumTest {
  private static final double HALF_LIFE = 40;

  /** The weighted second moment of all steps, in double, decomposed by Hipparchus 4.0.3. */
  private static final class Reference {
    private final double[][] sum;
    private double weight;

    Reference(int k) {
      sum = new double[k][k];
    }

    void accept(float[][] rows) {
      double decay = Math.pow(2, -1 / HALF_LIFE);
      weight = decay * weight + 1;
      for (int i = 0; i < sum.length; i++) {
        for (int j = 0; j < sum.length; j++) {
          double x = 0;
          for (float[] row : rows) {
            x += (double) row[i] * row[j] / rows.length;
          }
          sum[i][j] = decay * sum[i][j] + x;
        }
      }
    }

    EigenDecompositionSymmetric eigen() {
      return new EigenDecompositionSymmetric(
          new Array2DRowRealMatrix(sum).scalarMultiply(1 / weight));
    }
  }

  private static float[][] step(SplittableRandom random, int k, double size) {
    float[][] rows = new float[random.nextInt(1, 7)][k];
    for (float[] row : rows) {
      for (int i = 0; i < k; i++) {
        row[i] = (float) (size * random.nextGaussian() * Math.pow(i + 1, -0.7));
      }
    }
    return rows;
  }

  private static double[] squares(float[][] rows) {
    double[] squares = new double[rows.length];
    for (int j = 0; j < rows.length; j++) {
      for (float x : rows[j]) {
        squares[j] += (double) x * x;
      }
    }
    return squares;
  }

  private static boolean accept(NoiseSpectrum spectrum, float[][] rows) {
    return spectrum.accept(rows, squares(rows));
  }

  /** Nothing is cut off where k ≤ r: what remains is rounding, for any size of the noise. */
  @Test
  void isTheDecompositionOfTheWeightedSecondMoment() {
    for (double size : new double[] {1e-25, 1e-3, 1, 1e15, 1e28}) {
      SplittableRandom random = new SplittableRandom(1);
      int k = 16;
      NoiseSpectrum spectrum = new NoiseSpectrum(16, HALF_LIFE);
      Reference reference = new Reference(k);
      for (int t = 0; t < 500; t++) {
        float[][] rows = step(random, k, size);
        assertThat(accept(spectrum, rows)).isTrue();
        reference.accept(rows);
        if (t % 61 == 0 || t == 499) {
          compare(spectrum, reference.eigen(), Math.min(t == 0 ? 1 : k, k), 1e-5);
        }
      }
    }
  }

  /** Where the spectrum goes on beyond r, cutting off what is smaller costs the leaders little. */
  @Test
  void keepsTheLeadersOfALongSpectrum() {
    SplittableRandom random = new SplittableRandom(2);
    int k = 100;
    NoiseSpectrum spectrum = new NoiseSpectrum(16, HALF_LIFE);
    Reference reference = new Reference(k);
    for (int t = 0; t < 400; t++) {
      float[][] rows = step(random, k, 1);
      accept(spectrum, rows);
      reference.accept(rows);
    }
    compare(spectrum, reference.eigen(), 4, 0.02);
  }

  private static void compare(
      NoiseSpectrum spectrum, EigenDecompositionSymmetric exact, int count, double tolerance) {
    Spectrum now = spectrum.snapshot();
    float[][] directions = spectrum.directions(count);
    for (int i = 0; i < count; i++) {
      double value = exact.getEigenvalue(i);
      assertThat(now.sampleValue(i)).isCloseTo(value, within(tolerance * value));
      double cosine = 0;
      double square = 0;
      for (int c = 0; c < directions[i].length; c++) {
        cosine += directions[i][c] * exact.getEigenvector(i).getEntry(c);
        square += (double) directions[i][c] * directions[i][c];
      }
      assertThat(square).isCloseTo(1, within(1e-5));
      boolean apart =
          (i == 0 || exact.getEigenvalue(i - 1) > 1.3 * value)
              && (i + 1 == count || exact.getEigenvalue(i + 1) < value / 1.3);
      if (apart) {
        assertThat(Math.abs(cosine)).isGreaterThan(1 - 3 * tolerance);
      }
    }
    double trace = 0;
    for (double v : exact.getEigenvalues()) {
      trace += v;
    }
    assertThat(now.trace()).isCloseTo(trace, within(1e-6 * trace));
  }

  @Test
  void twoThatSawHalfEachCombineToOneThatSawAll() {
    SplittableRandom random = new SplittableRandom(3);
    NoiseSpectrum one = new NoiseSpectrum(16, HALF_LIFE);
    NoiseSpectrum other = new NoiseSpectrum(16, HALF_LIFE);
    Reference reference = new Reference(16);
    Reference otherReference = new Reference(16);
    for (int t = 0; t < 101; t++) {
      float[][] rows = step(random, 16, 1);
      accept(one, rows);
      reference.accept(rows);
      float[][] others = step(random, 16, 3);
      accept(other, others);
      otherReference.accept(others);
    }
    one.combine(other);
    one.combine(new NoiseSpectrum(16, HALF_LIFE));
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        reference.sum[i][j] += otherReference.sum[i][j];
      }
    }
    reference.weight += otherReference.weight;
    compare(one, reference.eigen(), 16, 1e-5);
    assertThat(one.steps()).isEqualTo(202);
    NoiseSpectrum empty = new NoiseSpectrum(16, HALF_LIFE);
    empty.combine(one);
    compare(empty, reference.eigen(), 16, 1e-5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.combine(new NoiseSpectrum(8, HALF_LIFE)))
        .withMessageContaining("should be of one rank");
  }

  @Test
  void goesOnBitForBitAfterARestoreAndOnThePlainKernel() {
    SplittableRandom random = new SplittableRandom(4);
    List<float[][]> steps = new ArrayList<>();
    for (int t = 0; t < 120; t++) {
      steps.add(step(random, 150, t == 7 ? 0 : 1));
    }
    NoiseSpectrum whole = new NoiseSpectrum(16, HALF_LIFE);
    NoiseSpectrum plain = new NoiseSpectrum(16, HALF_LIFE, SpectrumKernel.plain());
    for (int t = 0; t < steps.size(); t++) {
      accept(whole, steps.get(t));
      accept(plain, steps.get(t));
      if (t % 7 == 0) {
        NoiseSpectrum restored = new NoiseSpectrum(16, HALF_LIFE);
        Draws.copy(whole::writeTo, restored::readFrom);
        for (int later = t + 1; later < Math.min(t + 30, steps.size()); later++) {
          accept(restored, steps.get(later));
        }
        NoiseSpectrum direct = new NoiseSpectrum(16, HALF_LIFE);
        for (int u = 0; u < Math.min(t + 30, steps.size()); u++) {
          accept(direct, steps.get(u));
        }
        assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(direct::writeTo));
      }
    }
    assertThat(Draws.bytes(plain::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
    assertThat(Draws.bytes(whole::writeTo).length).isLessThan(24 * 150 * 4 + 1500);
  }

  @Test
  void aSnapshotChangesNothing() {
    SplittableRandom random = new SplittableRandom(5);
    NoiseSpectrum spectrum = new NoiseSpectrum(8, HALF_LIFE);
    spectrum.snapshot();
    for (int t = 0; t < 30; t++) {
      accept(spectrum, step(random, 30, 1));
      byte[] before = Draws.bytes(spectrum::writeTo);
      spectrum.snapshot();
      spectrum.directions(3);
      assertThat(Draws.bytes(spectrum::writeTo)).isEqualTo(before);
    }
  }

  @Test
  void refusesWhatItCannotUse() {
    NoiseSpectrum spectrum = new NoiseSpectrum(8, HALF_LIFE);
    accept(spectrum, new float[][] {{1, 2}});
    byte[] before = Draws.bytes(spectrum::writeTo);
    assertThat(accept(spectrum, new float[0][])).isFalse();
    assertThat(accept(spectrum, new float[][] {{1, 2, 3}})).isFalse();
    assertThat(accept(spectrum, new float[][] {{1, 2}, {Float.NaN, 2}})).isFalse();
    assertThat(accept(spectrum, new float[][] {{1, Float.POSITIVE_INFINITY}})).isFalse();
    assertThat(Draws.bytes(spectrum::writeTo)).isEqualTo(before);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NoiseSpectrum(12, HALF_LIFE))
        .withMessage("rank should be a positive multiple of 8: was 12");
    assertThatIllegalArgumentException().isThrownBy(() -> spectrum.directions(9));
  }

  @Test
  void allocatesNothingOnceItIsWarm() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(6);
    float[][] rows = step(random, 256, 1);
    double[] squares = squares(rows);
    NoiseSpectrum spectrum = new NoiseSpectrum(16, HALF_LIFE, SpectrumKernel.plain());
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int t = 0; t < 200; t++) {
        spectrum.accept(rows, squares);
      }
      least =
          Math.min(least, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
    }
    // On the plain kernel: the Vector API's boxes go away only in compiled code, see the benchmark.
    assertThat(least).isLessThan(1000);
  }

  /** Directions that rounding made up once doubled from block to block until they held it all. */
  @Test
  void noiseOfTwoDirectionsStaysOfTwoDirections() {
    for (int k : new int[] {2, 100}) {
      for (int seed = 0; seed < 4; seed++) {
        var random = new SplittableRandom(seed);
        var spectrum = new NoiseSpectrum(32, 500);
        float[][] rows = new float[3][k];
        for (int t = 1; t <= 40_000; t++) {
          for (float[] row : rows) {
            double a = 30 * random.nextGaussian();
            double b = 29 * random.nextGaussian();
            for (int i = 0; i < k; i++) {
              row[i] = (float) (a * Math.cos(i) + b * Math.sin(i));
            }
          }
          spectrum.accept(rows);
          if (t % 50 == 0) {
            Spectrum now = spectrum.snapshot();
            assertThat(now.sampleValue(0) + now.sampleValue(1))
                .as("k = %d, seed %d, step %d", k, seed, t)
                .isCloseTo(now.trace(), within(1e-4 * now.trace()));
            assertThat(now.sampleValue(2)).isLessThan(1e-4 * now.trace());
          }
        }
      }
    }
  }
}
