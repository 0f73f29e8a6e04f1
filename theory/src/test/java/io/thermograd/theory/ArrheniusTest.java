package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrheniusTest {
  private static final String FIXTURE = "scalar-fixture.txt";
  private static final long MANY = 1L << 60;

  @Test
  void findsTheLineThatTheTimesLieOn() {
    double[] t = {0.1, 0.15, 0.3};
    Arrhenius fit = Arrhenius.fit(t, times(t, 0.8, 2.5), new long[] {MANY, MANY, MANY});
    assertThat(fit.barrier()).isCloseTo(0.8, within(1e-12));
    assertThat(fit.prefactor()).isCloseTo(2.5, within(1e-11));
    assertThat(fit.time(0.2)).isCloseTo(2.5 * Math.exp(4), within(1e-9));
    assertThat(fit.barrier(0.95).high() - fit.barrier(0.95).low()).isLessThan(1e-6);
  }

  @Test
  void fitAndIntervalAgreeWithNumpy() {
    Arrhenius fit =
        Arrhenius.fit(
            new double[] {0.1, 0.13, 0.2, 0.31},
            new double[] {30000, 2900, 170, 31},
            new long[] {20, 60, 300, 1000});
    agrees(fit.barrier(0.95), Fixture.rows(FIXTURE, "fit").get(0));
    agrees(fit.prefactor(0.95), Fixture.rows(FIXTURE, "fitPrefactor").get(0));
  }

  @Test
  void quantilesAgreeWithScipy() {
    for (double[] row : Fixture.rows(FIXTURE, "student")) {
      assertThat(StudentT.twoSided(row[0], (int) row[1]) / row[2]).isCloseTo(1, within(1e-11));
    }
  }

  @Test
  void learningRateForAWantedTimeAgreesWithARootFinder() {
    for (double[] row : Fixture.rows(FIXTURE, "rate")) {
      double[] t = {0.1, 0.2, 0.4};
      Arrhenius line = Arrhenius.fit(t, times(t, row[0], row[1]), new long[] {MANY, MANY, MANY});
      double rate = line.learningRateFor(row[2], row[3]);
      assertThat(rate / row[4]).isCloseTo(1, within(1e-9));
      // And that is what it means: the time at its temperature, in steps.
      assertThat(line.time(row[2] * rate) / rate / row[3]).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void intervalsCoverWhatTheySayForExponentialDwellTimes() {
    // 95 % of 2,000 fits: a binomial with standard deviation 0.5 %.
    double[] t = {0.1, 0.12, 0.15, 0.2, 0.3, 0.4};
    long[] events = {10, 20, 40, 100, 400, 1000};
    Random random = new Random(5);
    int covered = 0;
    int coveredAhead = 0;
    double bias = 0;
    int fits = 2000;
    for (int f = 0; f < fits; f++) {
      double[] times = times(t, 1, 1.1);
      for (int i = 0; i < t.length; i++) {
        double sum = 0;
        for (int e = 0; e < events[i]; e++) {
          sum -= Math.log(1 - random.nextDouble());
        }
        times[i] *= sum / events[i];
      }
      Arrhenius fit = Arrhenius.fit(t, times, events);
      covered += holds(fit.barrier(0.95), 1) ? 1 : 0;
      coveredAhead += holds(fit.time(0.08, 0.95), 1.1 * Math.exp(12.5)) ? 1 : 0;
      bias += (fit.barrier() - 1) / fits;
    }
    assertThat(covered / (double) fits).isBetween(0.93, 0.97);
    assertThat(coveredAhead / (double) fits).isBetween(0.93, 0.97);
    assertThat(bias).isCloseTo(0, within(0.002));
  }

  @Test
  void countedEventsGiveIntervalsThatThreeTemperaturesCanUse() {
    // The scatter of exponential times is known, so that the normal quantile serves; the larger of
    // two scales errs to the wide side: 95 to 99 % with 2,000 fits' standard deviation of 0.5 %.
    double[] t = {0.15, 0.2, 0.3};
    long[] events = {8, 30, 100};
    Random random = new Random(6);
    int covered = 0;
    int coveredAhead = 0;
    int fits = 2000;
    for (int f = 0; f < fits; f++) {
      double[] times = times(t, 1, 1.1);
      for (int i = 0; i < t.length; i++) {
        double sum = 0;
        for (int e = 0; e < events[i]; e++) {
          sum -= Math.log(1 - random.nextDouble());
        }
        times[i] *= sum / events[i];
      }
      Arrhenius fit = Arrhenius.fit(t, times, events);
      covered += Math.abs(fit.barrier() - 1) < 1.96 * Math.sqrt(fit.barrierVariance()) ? 1 : 0;
      double log = Math.log(fit.time(0.1)) - Math.log(1.1) - 10;
      coveredAhead += Math.abs(log) < 1.96 * Math.sqrt(fit.logTimeVariance(0.1)) ? 1 : 0;
    }
    assertThat(covered / (double) fits).isBetween(0.935, 0.99);
    assertThat(coveredAhead / (double) fits).isBetween(0.935, 0.99);
  }

  @Test
  void namesTheArgumentAndItsValue() {
    double[] three = {1, 2, 3};
    long[] ones = {1, 1, 1};
    refused(() -> Arrhenius.fit(new double[2], new double[2], new long[2]), "temperatures", "2");
    refused(() -> Arrhenius.fit(new double[] {1, -2, 3}, three, ones), "temperatures[1]", "-2.0");
    refused(() -> Arrhenius.fit(new double[] {2, 2, 2}, three, ones), "differ", "2.0");
    refused(() -> Arrhenius.fit(three, new double[] {1, 0, 1}, ones), "mean times[1]", "0.0");
    refused(() -> Arrhenius.fit(three, three, new long[] {1, 0, 1}), "events", "0");
    Arrhenius downhill = Arrhenius.fit(three, three, ones);
    refused(() -> downhill.learningRateFor(1, 100), "barrier", "-");
    refused(() -> downhill.time(0), "temperature", "0.0");
    refused(() -> downhill.barrier(1), "level", "1.0");
  }

  private static double[] times(double[] temperatures, double barrier, double prefactor) {
    return Arrays.stream(temperatures).map(t -> prefactor * Math.exp(barrier / t)).toArray();
  }

  private static boolean holds(Arrhenius.Estimate estimate, double truth) {
    return estimate.low() <= truth && truth <= estimate.high();
  }

  private static void agrees(Arrhenius.Estimate estimate, double[] expected) {
    assertThat(estimate.value()).isCloseTo(expected[0], within(1e-9));
    assertThat(estimate.low()).isCloseTo(expected[1], within(1e-9));
    assertThat(estimate.high()).isCloseTo(expected[2], within(1e-9));
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
