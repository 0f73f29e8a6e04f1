package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected values are from scipy 1.10.1 and numpy 1.24.2 unless a comment says otherwise. */
class IntervalsTest {
  private static final double[] VALUES = {1.2, 0.7, 2.9, 1.1, 0.4, 1.9, 3.3};

  @Test
  void theMeanHasStudentsInterval() {
    check(Intervals.mean(VALUES), 1.6428571428571428, 0.6215310057281349, 2.6641832799861507);
    Measured one = Intervals.mean(new double[] {4});
    assertThat(one.value()).isEqualTo(4);
    assertThat(one.low()).isNaN();
    assertThat(Intervals.mean(new double[] {1, Double.NaN}).value()).isNaN();
  }

  @Test
  void batchMeansLeaveOutWhatFillsNoBatch() {
    double[] series = {1, 3, 2, 6, 4, 0, 99};
    check(Intervals.batchMeans(series, 3), Intervals.mean(new double[] {2, 4, 2}));
  }

  @Test
  void aVarianceKnowsTheTailsOfItsValues() {
    double error = 1.959963984540054 * 0.24470952285006073;
    double s2 = 1.2195238095238095;
    check(Intervals.variance(VALUES), s2, s2 - error, s2 + error);
  }

  @Test
  void aRatioIsThatOfTheMeans() {
    Measured ratio = Intervals.ratio(new double[] {1, 2, 3, 4.5}, new double[] {2, 2.5, 3.5, 4});
    check(ratio, 0.875, 0.875 - 0.38754412081115774, 0.875 + 0.38754412081115774);
  }

  @Test
  void proportionsByWilsonAndByClopperAndPearson() {
    check(Intervals.proportion(3, 20), 0.15, 0.05236874589621662, 0.3604188647407569);
    check(Intervals.proportion(0, 10), 0, 0, 0.27753279986288926);
    check(Intervals.proportion(95, 100), 0.95, 0.8882495307680809, 0.978456320845632);
    check(Intervals.proportionAtLeast95(3, 20), 0.15, 0.03207093718554477, 0.37892682654529564);
    check(Intervals.proportionAtLeast95(0, 10), 0, 0, 0.30849710781876294);
    // the same from the other side
    check(Intervals.proportionAtLeast95(10, 10), 1, 1 - 0.30849710781876294, 1);
  }

  @Test
  void exponentialTimesHaveTheChiSquareInterval() {
    check(
        Intervals.exponentialMean(VALUES),
        1.6428571428571428,
        0.8805867663713212,
        4.08618212699657);
    check(Intervals.exponentialMean(5, 100), 20, 8.57020517758566, 61.59583511673651);
    Measured none = Intervals.exponentialMean(0, 100);
    assertThat(none.value()).isInfinite();
    assertThat(none.low()).isCloseTo(27.108503068181687, within(1e-9));
  }

  @Test
  void nineteenOfTwentyIntervalsHoldTheTruth() {
    int trials = 4000;
    int[] held = new int[4];
    for (int seed = 0; seed < trials; seed++) {
      SplitMix64 random = SplitMix64.stream(seed, 1);
      double[] normal = IntStream.range(0, 8).mapToDouble(i -> random.nextGaussian()).toArray();
      double[] times =
          IntStream.range(0, 8)
              .mapToDouble(i -> -StrictMath.log(1 - random.nextDouble()))
              .toArray();
      double[] many = IntStream.range(0, 400).mapToDouble(i -> random.nextGaussian()).toArray();
      held[0] += covers(Intervals.mean(normal), 0);
      held[1] += covers(Intervals.exponentialMean(times), 1);
      held[2] += covers(Intervals.variance(many), 1);
      held[3] += covers(Intervals.batchMeans(many, 20), 0);
    }
    for (int count : held) {
      // 95 % ± 4 standard errors of a proportion of 4,000; variances of 400 lose 0.5 % at most
      assertThat(count / (double) trials).isBetween(0.931, 0.964);
    }
  }

  @Test
  void badCountsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Intervals.proportion(4, 3))
        .withMessage("successes should be between 0 and the trials: were 4 of 3");
    assertThatIllegalArgumentException().isThrownBy(() -> Intervals.mean(new double[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> Intervals.exponentialMean(1, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Intervals.batchMeans(VALUES, 8))
        .withMessage("batches should be between 2 and the 7 values: were 8");
  }

  private static int covers(Measured measured, double truth) {
    return Requirement.covers().holds(truth, measured) ? 1 : 0;
  }

  private static void check(Measured measured, Measured expected) {
    check(measured, expected.value(), expected.low(), expected.high());
  }

  private static void check(Measured measured, double value, double low, double high) {
    assertThat(measured.value()).isCloseTo(value, within(1e-9));
    assertThat(measured.low()).isCloseTo(low, within(1e-8));
    assertThat(measured.high()).isCloseTo(high, within(1e-8));
  }
}
