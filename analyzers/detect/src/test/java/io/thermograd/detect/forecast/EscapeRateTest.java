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
    TemperedRate rate = tempered(20, 100, 0, 1e4);
    // (100/110)^20, and its interval by scipy's gamma(20, scale=1/100).
    assertThat(rate.within(10)).isCloseTo(1 - Math.pow(100 / 110.0, 20), within(2e-4));
    assertThat(rate.remaining(1).shape()).isCloseTo(20, within(0.05));
    assertThat(rate.remaining(1).scale()).isCloseTo(100, within(0.3));
  }

  /** With nothing counted, log-normal: k = e^−5 but for a factor of e^±1.645·0.8. */
  @Test
  void nothingCountedLeavesWhatOtherTemperaturesSay() {
    TemperedRate rate = tempered(0, 0, -5, 0.64);
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
    TemperedRate before = tempered(0, 0, -5, 0.64);
    TemperedRate after = tempered(0, 1_000, -5, 0.64);
    assertThat(after.within(100)).isLessThan(before.within(100));
    assertThat(after.atMost(100)).isLessThan(before.atMost(100));
    assertThat(tempered(0, 1e9, -5, 1e-4).within(1)).isBetween(0.0, 0.1);
  }

  @Test
  void extremesStayFinite() {
    for (double mean : new double[] {-600, -20, 20, 300}) {
      for (double variance : new double[] {1e-8, 1, 1e4}) {
        for (double time : new double[] {0, 1e-6, 1e12}) {
          TemperedRate rate = tempered(3, time, mean, variance);
          String which = mean + ", " + variance + ", " + time;
          assertThat(rate.within(10)).as(which).isBetween(0.0, 1.0);
          assertThat(rate.atMost(10)).as(which).isBetween(0.0, 1.0);
          assertThat(rate.atMostEver(10, 1e3)).as(which).isBetween(0.0, 1.0);
        }
      }
    }
  }

  private static TemperedRate tempered(long exits, double time, double mean, double variance) {
    double error = Math.sqrt(variance);
    return new TemperedRate(exits, time, new LogRate(mean, error, error));
  }

  /** The normal law's own quantiles, and of uneven sides the shares by drawing: 10⁶, 5e-4. */
  @Test
  void quantilesOfUnevenSides() {
    LogRate even = new LogRate(-3, 2, 2);
    assertThat(even.quantile(0.975)).isCloseTo(-3 + 2 * 1.959963984540054, within(1e-9));
    assertThat(even.quantile(0.3)).isCloseTo(-3 - 2 * 0.5244005127080407, within(1e-9));
    LogRate law = new LogRate(-3, 2, 0.5);
    SplittableRandom random = new SplittableRandom(3);
    int draws = 1_000_000;
    double[] levels = {0.02, 0.5, 0.79, 0.81, 0.955};
    int[] below = new int[levels.length];
    double[] quantiles = new double[levels.length];
    for (int i = 0; i < levels.length; i++) {
      quantiles[i] = law.quantile(levels[i]);
    }
    for (int d = 0; d < draws; d++) {
      // The sides hold as much as they are wide.
      double off = Math.abs(random.nextGaussian());
      double x = random.nextDouble() < 0.8 ? -3 - 2 * off : -3 + 0.5 * off;
      for (int i = 0; i < levels.length; i++) {
        below[i] += x < quantiles[i] ? 1 : 0;
      }
    }
    for (int i = 0; i < levels.length; i++) {
      assertThat((double) below[i] / draws).isCloseTo(levels[i], within(2e-3));
    }
    // The density adds up to 1.
    double sum = 0;
    for (double u = -25; u < 5; u += 1e-3) {
      sum += 1e-3 * Math.exp(law.top() + law.fallen(u));
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
  }

  /** The rate that a bound on the probability stands for. */
  private static double rate(double probability, double span) {
    return -Math.log1p(-probability) / span;
  }

  /** Looks at a Poisson process, from a hundredth of a mean wait to thirty. */
  private static double[] looks(double rate) {
    double[] looks = new double[60];
    for (int i = 0; i < looks.length; i++) {
      looks[i] = Math.pow(10, -2 + 3.477 * i / (looks.length - 1)) / rate;
    }
    return looks;
  }

  private static long[] counts(double[] looks, double rate, SplittableRandom random) {
    long[] counts = new long[looks.length];
    double next = 0;
    long n = -1;
    for (int i = 0; i < looks.length; i++) {
      while (next <= looks[i]) {
        next -= Math.log1p(-random.nextDouble()) / rate;
        n++;
      }
      counts[i] = n;
    }
    return counts;
  }

  /**
   * Of 4,000 processes, in half a percent at the most the bound is ever wrong; the bound of one
   * look in far more than its 5 %.
   */
  @Test
  void countsBoundTheRateAtAllLooks() {
    SplittableRandom random = new SplittableRandom(1_001);
    double[] looks = looks(0.02);
    int processes = 4_000;
    int wrong = 0;
    int wrongOnce = 0;
    for (int p = 0; p < processes; p++) {
      long[] counts = counts(looks, 0.02, random);
      boolean missed = false;
      boolean missedOnce = false;
      for (int i = 0; i < looks.length; i++) {
        CountedRate rate = new CountedRate(counts[i], looks[i]);
        missed |= rate(rate.atMostEver(50, 1_000), 50) < 0.02;
        missedOnce |= rate(rate.atMost(50), 50) < 0.02;
      }
      wrong += missed ? 1 : 0;
      wrongOnce += missedOnce ? 1 : 0;
    }
    // Three standard deviations of a binomial.
    assertThat((double) wrong / processes).isLessThan(0.005 + 3 * Math.sqrt(0.005 / processes));
    assertThat((double) wrongOnce / processes).isGreaterThan(0.1);
  }

  /** Where the prior was drawn around the truth, as other temperatures would say it. */
  @Test
  void priorAndCountsBoundTheRateAtAllLooks() {
    SplittableRandom random = new SplittableRandom(1_002);
    double[] looks = looks(0.02);
    for (double error : new double[] {0.5, 2}) {
      int processes = 1_000;
      int wrong = 0;
      int late = 0;
      for (int p = 0; p < processes; p++) {
        LogRate prior = new LogRate(Math.log(0.02) + error * random.nextGaussian(), error, error);
        long[] counts = counts(looks, 0.02, random);
        boolean missed = false;
        boolean atFirst = rate(new TemperedRate(0, 0, prior).atMostEver(50, 1_000), 50) < 0.02;
        for (int i = 0; i < looks.length; i++) {
          TemperedRate rate = new TemperedRate(counts[i], looks[i], prior);
          missed |= rate(rate.atMostEver(50, 1_000), 50) < 0.02;
        }
        wrong += missed ? 1 : 0;
        late += missed && !atFirst ? 1 : 0;
      }
      assertThat((double) wrong / processes).as("error " + error).isBetween(0.03, 0.065);
      assertThat((double) late / processes).as("error " + error).isLessThan(0.012);
    }
  }

  /** ln 200 over the stay, and what the prior's half exit in the budget adds. */
  @Test
  void withoutAnExitTheBoundIsThatOfTheWholeStay() {
    CountedRate rate = new CountedRate(0, 100);
    assertThat(rate(rate.atMostEver(10, 110), 10))
        .isCloseTo((Math.log(200) + 0.5 * Math.log(210 / 110.0)) / 100, within(1e-9));
    // With a prior that knows nothing above e^-20, only the stay's ln 200.
    assertThat(rate(tempered(0, 100, -40, 4).atMostEver(1, 110), 1))
        .isLessThanOrEqualTo(Math.log(200) / 100);
  }

  @Test
  void namesWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CountedRate(-1, 1))
        .withMessage("exits should not be negative and time be positive: were -1 and 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LogRate(0, 0, 1))
        .withMessage("mode should be finite and its errors be positive: were 0.0, 0.0 and 1.0");
  }
}
