package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArrheniusCountsTest {
  private static final double NORMAL = 1.6448536269514722;
  private static final double[] FIVE = {0.5, 0.35, 0.25, 0.2, 0.15};
  private static final double[] SPENT = {1800, 1100, 600, 450, 150};

  /** None of the escapes at the coldest; BFGS, Brent's minimum and root of scipy 1.10.1. */
  @Test
  void agreesWithScipy() {
    ArrheniusCounts fit = ArrheniusCounts.fit(FIVE, SPENT, new long[] {230, 69, 15, 4, 0});
    assertThat(fit.barrier()).isCloseTo(0.854860533668, within(1e-8));
    assertThat(fit.barrierVariance()).isCloseTo(0.00824004896131, within(1e-9));
    assertThat(fit.logRate(0.05)).isCloseTo(-17.4392744117, within(1e-7));
    assertThat(fit.logRateVariance(0.05)).isCloseTo(2.57940442394, within(1e-6));
    assertThat(fit.logRateEnd(0.05, NORMAL)).isCloseTo(-14.89905942, within(1e-5));
    assertThat(fit.logRateEnd(0.05, -NORMAL)).isCloseTo(-20.18776924, within(1e-5));
    ArrheniusCounts three =
        ArrheniusCounts.fit(
            new double[] {0.5, 0.35, 0.25},
            new double[] {1800, 1100, 600},
            new long[] {230, 69, 15});
    assertThat(three.logRate(0.3)).isCloseTo(-3.15381135898, within(1e-8));
    assertThat(three.logRateEnd(0.3, NORMAL)).isCloseTo(-2.952645293, within(1e-6));
    assertThat(three.logRateEnd(0.3, -NORMAL)).isCloseTo(-3.371168888, within(1e-6));
  }

  /** A deviance of 74.8 where 5.99 would be the 95 % point; that point is 1 % low here. */
  @Test
  void countsOffTheLineWidenTheErrors() {
    ArrheniusCounts fit =
        ArrheniusCounts.fit(
            new double[] {0.5, 0.35, 0.25, 0.2},
            new double[] {1800, 1100, 600, 450},
            new long[] {230, 20, 40, 4});
    assertThat(fit.barrier()).isCloseTo(0.709483982425, within(1e-8));
    assertThat(fit.barrierVariance() / 0.0963795290136).isBetween(1.0, 1.02);
    assertThat(fit.logRateEnd(0.1, NORMAL)).isCloseTo(-4.400394256, within(0.03));
    assertThat(fit.logRateEnd(0.1, -NORMAL)).isCloseTo(-12.33019559, within(0.05));
  }

  @Test
  void manyCountsGiveTheLawBack() {
    double[] times = new double[FIVE.length];
    long[] escapes = new long[FIVE.length];
    for (int i = 0; i < FIVE.length; i++) {
      escapes[i] = 1_000_000_000_000L;
      times[i] = escapes[i] * 2.5 * Math.exp(0.8 / FIVE[i]);
    }
    ArrheniusCounts fit = ArrheniusCounts.fit(FIVE, times, escapes);
    assertThat(fit.barrier()).isCloseTo(0.8, within(1e-9));
    assertThat(fit.logRate(0.1)).isCloseTo(-Math.log(2.5) - 8, within(1e-8));
    assertThat(fit.logRateEnd(0.1, NORMAL) - fit.logRate(0.1))
        .isCloseTo(NORMAL * Math.sqrt(fit.logRateVariance(0.1)), within(1e-8));
    // By definition: the mean time at its temperature, in steps.
    double rate = fit.learningRateFor(15, 1e6);
    assertThat(Math.exp(-fit.logRate(15 * rate)) / rate / 1e6).isCloseTo(1, within(1e-7));
  }

  /** In other units of temperature and of time. */
  @Test
  void unitsDoNotMatter() {
    long[] escapes = {230, 69, 15, 4, 0};
    ArrheniusCounts fit = ArrheniusCounts.fit(FIVE, SPENT, escapes);
    double[] small = new double[5];
    double[] long_ = new double[5];
    for (int i = 0; i < 5; i++) {
      small[i] = FIVE[i] * 1e-9;
      long_[i] = SPENT[i] * 1e12;
    }
    ArrheniusCounts other = ArrheniusCounts.fit(small, long_, escapes);
    assertThat(other.barrier() * 1e9).isCloseTo(fit.barrier(), within(1e-8));
    assertThat(other.logRateEnd(0.05e-9, NORMAL) + Math.log(1e12))
        .isCloseTo(fit.logRateEnd(0.05, NORMAL), within(1e-6));
  }

  /**
   * Poisson counts at five temperatures, the last with no escape in half of the fits. Either end is
   * missed by 5 % of 4,000: a binomial with a standard deviation of 0.35 %.
   */
  @Test
  void theEndsHoldTheRateAtAColderTemperature() {
    SplittableRandom random = new SplittableRandom(1_001);
    double barrier = 0.86;
    double prefactor = 1.4;
    double truth = -Math.log(prefactor) - barrier / 0.05;
    int fits = 4_000;
    int above = 0;
    int below = 0;
    for (int f = 0; f < fits; f++) {
      long[] escapes = new long[FIVE.length];
      for (int i = 0; i < FIVE.length; i++) {
        escapes[i] = poisson(SPENT[i] / prefactor * Math.exp(-barrier / FIVE[i]), random);
      }
      ArrheniusCounts fit = ArrheniusCounts.fit(FIVE, SPENT, escapes);
      above += fit.logRateEnd(0.05, NORMAL) < truth ? 1 : 0;
      below += fit.logRateEnd(0.05, -NORMAL) > truth ? 1 : 0;
    }
    assertThat(above / (double) fits).isBetween(0.035, 0.06);
    assertThat(below / (double) fits).isBetween(0.035, 0.065);
  }

  private static long poisson(double mean, SplittableRandom random) {
    long n = -1;
    double left = mean;
    while (left >= 0) {
      left += Math.log(1 - random.nextDouble());
      n++;
    }
    return n;
  }

  @Test
  void namesWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ArrheniusCounts.fit(
                    new double[] {0.2, 0.1}, new double[] {1, 1}, new long[] {3, 0}))
        .withMessage(
            "escapes should be at two different temperatures at least: were [3, 0] at [0.2, 0.1]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ArrheniusCounts.fit(new double[] {0.2, 0.1}, new double[] {1, 1}, new long[] {3}))
        .withMessage("escapes should have 2 elements: had 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ArrheniusCounts.fit(
                    new double[] {0.2, 0.1}, new double[] {1, 0}, new long[] {3, 1}))
        .withMessageContaining("times[1]");
  }
}
