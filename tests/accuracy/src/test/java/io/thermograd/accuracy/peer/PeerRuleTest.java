package io.thermograd.accuracy.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import moa.classifiers.core.driftdetection.PageHinkleyDM;
import org.junit.jupiter.api.Test;

/** Each rule on streams for which its definition can be followed by hand. */
class PeerRuleTest {

  @Test
  void sixSigmaCountsTheValuesBefore() {
    // ±1 in turns: mean 0, sample sd √(128/127); 6.03 is outside, 6.01 within.
    IntToDoubleFunction turns = i -> i % 2 == 0 ? 1 : -1;
    assertThat(firings(new EitherSixSigma(), 129, i -> i < 128 ? turns.applyAsDouble(i) : 6.03))
        .containsExactly(128);
    assertThat(firings(new EitherSixSigma(), 129, i -> i < 128 ? turns.applyAsDouble(i) : 6.01))
        .isEmpty();
    assertThat(firings(new EitherSixSigma(), 64, i -> i < 63 ? turns.applyAsDouble(i) : 1e6))
        .as("63 values are not enough")
        .isEmpty();
    assertThat(firings(new EitherSixSigma(), 101, i -> i < 100 ? 1 + 1e-3 * i : Double.NaN))
        .containsExactly(100);
  }

  @Test
  void twiceTheMeanTakesFiveInARow() {
    assertThat(firings(new TwiceTheMean(), 110, i -> i < 100 ? 1 : 2.5))
        .as("the mean has risen to 1.06 by the fifth")
        .startsWith(104);
    assertThat(firings(new TwiceTheMean(), 110, i -> i >= 100 && i != 103 ? 2.5 : 1))
        .containsExactly(108, 109);
    assertThat(firings(new TwiceTheMean(), 110, i -> i < 90 ? 1 : 10))
        .as("no window before 100 losses, and then its mean is 1.9")
        .startsWith(104);
  }

  @Test
  void exponentialScoreClipsWhatFired() {
    // ±1 in turns for 25 values: mean 1/25, variance 1 − 1/625.
    double mean = 0.04;
    double sd = Math.sqrt(1 - mean * mean);
    IntToDoubleFunction turns = i -> i % 2 == 0 ? 1 : -1;
    assertThat(
            firings(
                new ExponentialScore(Sight::loss),
                26,
                i -> i < 25 ? turns.applyAsDouble(i) : mean + 2.501 * sd))
        .containsExactly(25);
    assertThat(
            firings(
                new ExponentialScore(Sight::loss),
                26,
                i -> i < 25 ? turns.applyAsDouble(i) : mean + 2.499 * sd))
        .isEmpty();
    assertThat(
            firings(
                new ExponentialScore(Sight::loss),
                27,
                i -> i < 25 ? turns.applyAsDouble(i) : i == 25 ? 1e9 : 3))
        .as("an outlier enters as next to nothing, and 3 is one again")
        .containsExactly(25, 26);
  }

  @Test
  void lossNotDecreasingComparesEveryTenSteps() {
    assertThat(firings(new LossNotDecreasing(), 100, i -> -i)).isEmpty();
    assertThat(firings(new LossNotDecreasing(), 41, i -> i < 25 ? -i : 0)).containsExactly(30, 40);
    assertThat(firings(new LossNotDecreasing(), 21, i -> i == 15 ? 100 : -i)).isEmpty();
  }

  @Test
  void earlyStoppingWaitsForAMinimum() {
    PeerRule rule = new EarlyStopping(3);
    double[] losses = {5, 4, 4, 4.5, 4, 3, 3, 3, 3, 3, 3};
    List<Integer> fired = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      assertThat(rule.accept(new Sight(1, 1, Double.NaN))).isFalse();
      if (rule.accept(new Sight(1, 1, losses[i]))) {
        fired.add(i);
      }
    }
    assertThat(fired).containsExactly(4, 8);
  }

  /** MOA's lets the sum fall below 0: the same where it never would, and else later. */
  @Test
  void pageHinkleyIsThatOfMoa() {
    IntToDoubleFunction ramp = i -> 0.02 * i;
    assertThat(firings(new PageHinkley(), 3_000, ramp))
        .hasSizeGreaterThan(10)
        .isEqualTo(moa(3_000, ramp));
    SplittableRandom random = new SplittableRandom(5);
    double[] noise = new double[1_000];
    Arrays.setAll(noise, i -> (i < 500 ? 1 : 1.5) + 0.3 * random.nextGaussian());
    int ours = firings(new PageHinkley(), noise.length, i -> noise[i]).get(0);
    assertThat(ours).isBetween(500 + 100, moa(noise.length, i -> noise[i]).get(0));
  }

  private static List<Integer> moa(int steps, IntToDoubleFunction loss) {
    PageHinkleyDM detector = new PageHinkleyDM();
    List<Integer> fired = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      detector.input(loss.applyAsDouble(i));
      if (detector.getChange()) {
        fired.add(i);
      }
    }
    return fired;
  }

  @Test
  void adwinSeesARiseAndNoFall() {
    SplittableRandom random = new SplittableRandom(6);
    double[] noise = random.doubles(4_000).toArray();
    assertThat(firings(new Adwin(), 4_000, i -> noise[i] + (i < 2_000 ? 0 : 1)))
        .isNotEmpty()
        .allMatch(i -> i >= 2_000)
        .anyMatch(i -> i < 2_100);
    assertThat(firings(new Adwin(), 4_000, i -> noise[i] + (i < 2_000 ? 1 : 0))).isEmpty();
  }

  @Test
  void onceCountsAgainAfterQuiet() {
    PeerRule rule = new LossNotDecreasing();
    assertThat(firings(rule.once(25), 200, i -> i < 100 ? 1 : -i)).containsExactly(10);
  }

  private static List<Integer> firings(PeerRule rule, int steps, IntToDoubleFunction loss) {
    List<Integer> fired = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      if (rule.accept(new Sight(loss.applyAsDouble(i), 1, Double.NaN))) {
        fired.add(i);
      }
    }
    return fired;
  }
}
