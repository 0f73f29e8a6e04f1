package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForgettingMeanTest {

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 5", "3, 0.5", "200, 10", "1000, 50", "1000, 1e12"})
  void isTheWeightedMean(int n, double halfLife) {
    var random = new SplittableRandom(n);
    var mean = new ForgettingMean(2, halfLife, Dependence.INDEPENDENT);
    double sum0 = 0;
    double sum1 = 0;
    double weights = 0;
    double squares = 0;
    for (int t = 0; t < n; t++) {
      double x = random.nextDouble(-1, 3);
      mean.accept(x, x * x);
      double w = Math.pow(2, -(n - 1 - t) / halfLife);
      sum0 += w * x;
      sum1 += w * x * x;
      weights += w;
      squares += w * w;
    }
    // Rounding of n additions of relative size 2^-53 each.
    double tolerance = 1e-15 * (n + 10);
    assertThat(mean.mean(0)).isCloseTo(sum0 / weights, within(3 * tolerance));
    assertThat(mean.mean(1)).isCloseTo(sum1 / weights, within(9 * tolerance));
    assertThat(mean.weight()).isCloseTo(weights, within(weights * tolerance));
    assertThat(mean.effectiveCount())
        .isCloseTo(weights * weights / squares, within(n * 4 * tolerance));
  }

  @Test
  void knowsNothingBeforeTheFirstSample() {
    var mean = new ForgettingMean(1, 10, Dependence.LAG_ONE);
    assertThat(mean.mean(0)).isNaN();
    assertThat(mean.meanVariance(0)).isNaN();
    assertThat(mean.sampleVariance(0)).isNaN();
    assertThat(mean.effectiveCount()).isZero();
    mean.accept(1);
    mean.accept(2);
    assertThat(mean.mean(0)).isFinite();
    assertThat(mean.meanVariance(0)).isNaN();
    mean.accept(3);
    assertThat(mean.meanVariance(0)).isFinite();
  }

  @ParameterizedTest
  @CsvSource({"30, 500", "200, 40"})
  void errorCovarianceIsThatOfRepeatedRunsForIndependentSamples(int n, double halfLife) {
    compareWithRepeatedRuns(n, halfLife, Dependence.INDEPENDENT, 0);
  }

  @ParameterizedTest
  @CsvSource({"60, 500", "200, 40"})
  void errorCovarianceIsThatOfRepeatedRunsForSamplesThatShareDataWithTheNext(
      int n, double halfLife) {
    compareWithRepeatedRuns(n, halfLife, Dependence.LAG_ONE, 0.8);
  }

  /** Samples (e_t + s·e_{t−1}, that + another): the scatter of the means over runs is the truth. */
  private static void compareWithRepeatedRuns(
      int n, double halfLife, Dependence dependence, double share) {
    int runs = 1_000_000 / n;
    var random = new SplittableRandom(7);
    double[] truth = new double[3];
    double[] estimate = new double[3];
    for (int r = 0; r < runs; r++) {
      var mean = new ForgettingMean(2, halfLife, dependence);
      double before = random.nextGaussian();
      for (int t = 0; t < n; t++) {
        double e = random.nextGaussian();
        double x = e + share * before;
        mean.accept(x, x + random.nextGaussian());
        before = e;
      }
      truth[0] += mean.mean(0) * mean.mean(0) / runs;
      truth[1] += mean.mean(0) * mean.mean(1) / runs;
      truth[2] += mean.mean(1) * mean.mean(1) / runs;
      estimate[0] += mean.meanVariance(0) / runs;
      estimate[1] += mean.meanCovariance(0, 1) / runs;
      estimate[2] += mean.meanVariance(1) / runs;
    }
    // The truth's own standard error is √(2/runs) ≤ 2.8 %. Lag-one estimates count every sample's
    // neighbour, the first one's too, which is missing: 2γ₁/(n·γ) < 1.7 % at n = 60; their floor at
    // V₂ lifts the mean of the noisiest by up to 1 %.
    double tolerance = dependence == Dependence.INDEPENDENT ? 0.085 : 0.11;
    for (int i = 0; i < 3; i++) {
      assertThat(estimate[i] / truth[i]).isCloseTo(1, within(tolerance));
    }
  }

  @Test
  void driftIsNotNoise() {
    var random = new SplittableRandom(3);
    var mean = new ForgettingMean(1, 100, Dependence.INDEPENDENT);
    for (int t = 0; t < 2000; t++) {
      mean.accept(0.1 * t + random.nextGaussian());
    }
    // The samples spread over some ten units while they are averaged; the noise's variance is 1,
    // plus ½·0.1². Its estimate has standard error √(3/N_eff) = 10 %.
    assertThat(mean.sampleVariance(0)).isCloseTo(1.005, within(0.35));
  }

  @Test
  void aLargeMeanKeepsItsVariance() {
    var small = new ForgettingMean(1, 100, Dependence.LAG_ONE);
    var large = new ForgettingMean(1, 100, Dependence.LAG_ONE);
    var random = new SplittableRandom(5);
    for (int t = 0; t < 5000; t++) {
      // Multiples of 2⁻²⁰ below 2 stay exact when 10⁸ is added.
      double x = Math.rint(random.nextDouble() * (1 << 20)) / (1 << 20);
      small.accept(x);
      large.accept(1e8 + x);
    }
    assertThat(large.meanVariance(0)).isEqualTo(small.meanVariance(0));
    assertThat(large.mean(0) - 1e8).isCloseTo(small.mean(0), within(1e-6));
  }

  @Test
  void refusesWhatItWouldNeverForget() {
    var mean = new ForgettingMean(2, 10, Dependence.INDEPENDENT);
    mean.accept(1, 2);
    mean.accept(2, 1);
    byte[] before = Draws.bytes(mean::writeTo);
    for (double bad :
        new double[] {
          Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e150, -1e300
        }) {
      assertThat(mean.accept(1, bad)).isFalse();
      assertThat(mean.accept(bad, 1)).isFalse();
    }
    assertThat(Draws.bytes(mean::writeTo)).isEqualTo(before);
    for (int t = 0; t < 10; t++) {
      assertThat(mean.accept(9.9e149, -9.9e149)).isTrue();
      assertThat(mean.accept(-9.9e149, 9.9e149)).isTrue();
    }
    assertThat(mean.mean(0)).isFinite();
    assertThat(mean.meanVariance(0)).isFinite();
    assertThat(mean.meanCovariance(0, 1)).isFinite();
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    var random = new SplittableRandom(11);
    for (int cut = 0; cut < 6; cut++) {
      var whole = new ForgettingMean(2, 20, Dependence.LAG_ONE);
      for (int t = 0; t < cut; t++) {
        whole.accept(random.nextDouble(), random.nextDouble());
      }
      var restored = new ForgettingMean(2, 20, Dependence.LAG_ONE);
      Draws.copy(whole::writeTo, restored::readFrom);
      for (int t = 0; t < 20; t++) {
        double x = random.nextDouble();
        double y = random.nextDouble();
        whole.accept(x, y);
        restored.accept(x, y);
        assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
      }
    }
  }

  @Test
  void aHalfLifeHalves() {
    assertThat(Math.pow(HalfLife.decay(500), 500)).isCloseTo(0.5, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HalfLife.decay(0))
        .withMessageContaining("0.0");
    assertThatIllegalArgumentException().isThrownBy(() -> HalfLife.decay(Double.NaN));
  }
}
