package io.thermograd.detect.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EscapeRateTest {
  /** Three exits in a time of 40, and 10 left: scipy's gamma(3.5, scale=1/40). */
  @Test
  void countedAgreesWithScipy() {
    CountedRate rate = new CountedRate(3, 40);
    assertThat(rate.within(10)).isCloseTo(0.5420532782080428, within(1e-12));
    assertThat(rate.within(10, 0.95)).isCloseTo(0.8276783613312741, within(1e-9));
    assertThat(rate.within(10, 0.05)).isCloseTo(0.2373215298402509, within(1e-9));
    assertThat(rate.remaining(2)).isEqualTo(new Predictive.Lomax(3.5, 20));
  }

  @Test
  void nothingSeenIsBoundedByThreeOverT() {
    CountedRate rate = new CountedRate(0, 100);
    assertThat(rate.unseen()).isTrue();
    assertThat(rate.atMost(10)).isCloseTo(1 - Math.exp(-0.3), within(1e-12));
  }

  /** With next to nothing known from elsewhere but a flat prior on log k, Gamma(n, t). */
  @Test
  void aWidePriorLeavesWhatWasCounted() {
    TemperedRate rate = new TemperedRate(20, 100, 0, 1e4);
    // (100/110)^20, and its interval by scipy's gamma(20, scale=1/100).
    assertThat(rate.within(10)).isCloseTo(1 - Math.pow(100 / 110.0, 20), within(2e-4));
    assertThat(rate.remaining(1).shape()).isCloseTo(20, within(0.05));
    assertThat(rate.remaining(1).scale()).isCloseTo(100, within(0.3));
  }

  /** With nothing counted, log-normal: k = e^−5 but for a factor of e^±1.645·0.8. */
  @Test
  void nothingCountedLeavesWhatOtherTemperaturesSay() {
    TemperedRate rate = new TemperedRate(0, 0, -5, 0.64);
    assertThat(rate.within(30, 0.95))
        .isCloseTo(-Math.expm1(-30 * Math.exp(-5 + 1.6449 * 0.8)), within(1e-3));
    assertThat(rate.within(30, 0.05))
        .isCloseTo(-Math.expm1(-30 * Math.exp(-5 - 1.6449 * 0.8)), within(1e-3));
    // The mean over the prior, by sampling: 10⁶ draws have an error of 2e-4.
    SplittableRandom random = new SplittableRandom(1);
    double mean = 0;
    int draws = 1_000_000;
    for (int i = 0; i < draws; i++) {
      mean -= Math.expm1(-30 * Math.exp(-5 + 0.8 * random.nextGaussian())) / draws;
    }
    assertThat(rate.within(30)).isCloseTo(mean, within(1e-3));
  }

  @Test
  void aLongStayWithoutExitLowersTheRate() {
    TemperedRate before = new TemperedRate(0, 0, -5, 0.64);
    TemperedRate after = new TemperedRate(0, 1_000, -5, 0.64);
    assertThat(after.within(100)).isLessThan(before.within(100));
    assertThat(after.atMost(100)).isLessThan(before.atMost(100));
    assertThat(new TemperedRate(0, 1e9, -5, 1e-4).within(1)).isBetween(0.0, 0.1);
  }

  @Test
  void extremesStayFinite() {
    for (double mean : new double[] {-600, -20, 20, 300}) {
      for (double variance : new double[] {1e-8, 1, 1e4}) {
        for (double time : new double[] {0, 1e-6, 1e12}) {
          TemperedRate rate = new TemperedRate(3, time, mean, variance);
          String which = mean + ", " + variance + ", " + time;
          assertThat(rate.within(10)).as(which).isBetween(0.0, 1.0);
          assertThat(rate.atMost(10)).as(which).isBetween(0.0, 1.0);
        }
      }
    }
  }

  @Test
  void namesWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CountedRate(-1, 1))
        .withMessage("exits should not be negative and time be positive: were -1 and 1.0");
  }
}
