package io.thermograd.detect.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.detect.States;
import io.thermograd.detect.divergence.DivergenceDetector.Change;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DivergenceDetectorTest {
  private static final int SEEDS = 10;
  private static final int STEPS = 40_000;

  /** The loss at step t. */
  private interface Losses {
    double at(int t);
  }

  /** Warnings and criticals, of the loss alone. */
  private static int alarms(String name, IntFunction<Losses> runs) {
    int warnings = 0;
    int criticals = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var detector = new DivergenceDetector();
      Losses losses = runs.apply(seed);
      for (int t = 0; t < STEPS; t++) {
        Change change = accept(detector, t, losses.at(t));
        warnings += change == Change.OPENED ? 1 : 0;
        criticals += change == Change.CRITICAL ? 1 : 0;
      }
    }
    System.out.printf(
        "alarms in 400,000 steps, %s: %d warnings, %d critical%n", name, warnings, criticals);
    return warnings + criticals;
  }

  private static Change accept(DivergenceDetector detector, long step, double loss) {
    return detector.accept(
        step,
        loss,
        Double.NaN,
        GradientSignal.Kind.NONE,
        false,
        Overshoot.Swing.NONE,
        Overshoot.Extent.UNKNOWN);
  }

  @Test
  void stationaryLosses() {
    assertThat(
            alarms(
                "independent normal losses",
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> 1 + 0.3 * random.nextGaussian();
                }))
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.9, 0.999})
  void lossesThatWander(double memory) {
    // sd of the wandering mean a tenth of its level, batch noise of a twentieth.
    assertThat(
            alarms(
                "AR(1) " + memory,
                seed -> {
                  var random = new SplittableRandom(seed);
                  double[] x = {0};
                  return t -> {
                    x[0] =
                        memory * x[0]
                            + 0.1 * Math.sqrt(1 - memory * memory) * random.nextGaussian();
                    return 1 + x[0] + 0.05 * random.nextGaussian();
                  };
                }))
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {10, 3000})
  void lossesThatFall(double time) {
    assertThat(
            alarms(
                "falling with time constant " + time,
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> (0.05 + 5 * Math.exp(-t / time)) * (1 + 0.2 * random.nextGaussian());
                }))
        .isZero();
  }

  @Test
  void aRunThatIsStuckHigherAfterADivergenceIsWorseUntilItIsBack() {
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      Losses losses =
          t -> {
            double level =
                t < 800
                    ? 0.02
                    : t < 830 ? 0.02 * Math.exp(0.2 * (t - 800)) : t < 1_600 ? 2.4 : 0.015;
            return level * (1 + 0.1 * random.nextGaussian());
          };
      boolean critical = false;
      for (int t = 0; t < 1_650; t++) {
        critical |= accept(detector, t, losses.at(t)) == Change.CRITICAL;
        if (t == 1_599) {
          assertThat(critical).isTrue();
          assertThat(detector.diverging()).isFalse();
          assertThat(detector.worse()).isTrue();
          assertThat(detector.worseSince()).isBetween(780L, 830L);
          assertThat(detector.betterLevel()).isBetween(0.017, 0.023);
        }
      }
      assertThat(detector.worse()).isFalse();
    }
  }

  @Test
  void lossesThatFallToZero() {
    assertThat(
            alarms(
                "falling to 10⁻⁹",
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> Math.exp(-t / 2000.0) * Math.exp(0.5 * random.nextGaussian());
                }))
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2})
  void heavyTailedLosses(double sigma) {
    assertThat(
            alarms(
                "lognormal, σ = " + sigma,
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> Math.exp(sigma * random.nextGaussian());
                }))
        .isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void spikes(int length) {
    // Every 200 steps or so, 10 to 1000 times the level, some in clusters with gaps.
    assertThat(
            alarms(
                "clusters of up to " + length + " spikes",
                seed -> {
                  var random = new SplittableRandom(seed);
                  int[] left = {0};
                  return t -> {
                    double base = 1 + 0.1 * random.nextGaussian();
                    if (left[0] == 0 && random.nextInt(200) == 0) {
                      left[0] = random.nextInt(1, length + 1);
                    }
                    if (left[0] > 0 && random.nextInt(3) > 0) {
                      left[0]--;
                      return base * Math.pow(10, random.nextDouble(1, 3));
                    }
                    return base;
                  };
                }))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void negativeLossesAndLossesAroundZero() {
    assertThat(
            alarms(
                "around zero",
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> random.nextGaussian() - 0.0001 * seed * t;
                }))
        .isZero();
  }

  @Test
  void lossesThatAreMostlyZero() {
    assertThat(
            alarms(
                "a hinge loss, zero but for single examples",
                seed -> {
                  var random = new SplittableRandom(seed);
                  return t -> random.nextInt(50) == 0 ? random.nextDouble() : 0;
                }))
        .isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.005, 1.01, 1.02, 1.05, 1.1, 1.3, 2})
  void growthIsFound(double growth) {
    int worst = 0;
    double worstRatio = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      int t = 0;
      for (; t < 500; t++) {
        accept(detector, t, 0.3 + Math.exp(-t / 100.0) + 0.03 * random.nextGaussian());
      }
      assertThat(detector.state()).isEqualTo(DivergenceDetector.State.NONE);
      int at = -1;
      for (; t < 3000 && at < 0; t++) {
        accept(detector, t, 0.3 * Math.pow(growth, t - 500) + 0.03 * random.nextGaussian());
        if (detector.growing()) {
          at = t - 500;
        }
      }
      assertThat(at).as("growth " + growth).isNotNegative();
      assertThat(detector.since()).isBetween(490L, 500L + at);
      assertThat(detector.level()).isGreaterThan(detector.reference());
      worst = Math.max(worst, at);
      worstRatio = Math.max(worstRatio, Math.pow(growth, at));
    }
    System.out.printf(
        "divergence by %.3f a step: found after at most %d steps, loss ×%.3g%n",
        growth, worst, worstRatio);
    // Eight steps in a row, or 22 of 32, at seven to ten scatters above a history with a descent.
    assertThat(worst).isLessThan((int) (Math.log(400) / Math.log(growth)) + 16);
  }

  @Test
  void twoBadBatchesInARowAreNoGrowth() {
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      for (int t = 0; t < 2_000; t++) {
        double bad = t % 500 == 498 || t % 500 == 499 ? 50 : 1;
        Change change =
            detector.accept(
                t,
                bad * (1 + 0.1 * random.nextGaussian()),
                bad * (1 + 0.1 * random.nextGaussian()),
                GradientSignal.Kind.TURN,
                false,
                Overshoot.Swing.NONE,
                Overshoot.Extent.UNKNOWN);
        assertThat(change).as("step %d", t).isEqualTo(Change.NOTHING);
      }
    }
  }

  @Test
  void aRaiseOfTheLearningRateMakesOneStepEnough() {
    for (Overshoot.Swing swing : Overshoot.Swing.values()) {
      var random = new SplittableRandom(1);
      var detector = new DivergenceDetector();
      Change change = Change.NOTHING;
      for (int t = 0; t <= 400; t++) {
        double loss = (t == 400 ? 8 : 1) * (1 + 0.3 * random.nextDouble());
        change =
            detector.accept(
                t,
                loss,
                Double.NaN,
                GradientSignal.Kind.NONE,
                false,
                t == 400 ? swing : Overshoot.Swing.NONE,
                Overshoot.Extent.UNKNOWN);
      }
      assertThat(change)
          .as(swing.toString())
          .isEqualTo(swing == Overshoot.Swing.NONE ? Change.NOTHING : Change.OPENED);
    }
  }

  @Test
  void beyondReturnIsCriticalOnlyWhileTheLossGrows() {
    var random = new SplittableRandom(1);
    var detector = new DivergenceDetector();
    for (int t = 0; t < 400; t++) {
      assertThat(
              detector.accept(
                  t,
                  1 + 0.1 * random.nextGaussian(),
                  Double.NaN,
                  GradientSignal.Kind.NONE,
                  false,
                  Overshoot.Swing.BEYOND_RETURN,
                  Overshoot.Extent.UNKNOWN))
          .isEqualTo(Change.NOTHING);
    }
    Change[] changes = new Change[2];
    for (int t = 0; t < 2; t++) {
      changes[t] =
          detector.accept(
              400 + t,
              10 << t,
              Double.NaN,
              GradientSignal.Kind.NONE,
              false,
              Overshoot.Swing.BEYOND_RETURN,
              Overshoot.Extent.UNKNOWN);
    }
    assertThat(changes).containsExactly(Change.OPENED, Change.CRITICAL);
    assertThat(detector.since()).isBetween(395L, 400L);
  }

  @Test
  void growthStaysFoundUntilTheEnd() {
    var detector = new DivergenceDetector();
    double loss = 1;
    for (int t = 0; t < 2000; t++) {
      loss *= t < 100 ? 1 : 1.5;
      accept(detector, t, loss);
      if (t > 150) {
        assertThat(detector.diverging()).isTrue();
        assertThat(detector.level()).isFinite();
        assertThat(detector.reference()).isFinite();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 20, 40})
  void aCatapultThatReturnsIsOver(int halfWidth) {
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      for (int t = 0; t < 600; t++) {
        double rise =
            t < 300 || t > 300 + 2 * halfWidth
                ? 0
                : 10 - 10 * Math.abs(t - 300 - halfWidth) / (double) halfWidth;
        accept(detector, t, 1 + rise + 0.1 * random.nextGaussian());
        if (t > 340 + 2 * halfWidth) {
          assertThat(detector.diverging()).as("step " + t).isFalse();
        }
      }
    }
  }

  /** As networks do: up within ten steps, high for a while, and down by a percent or two a step. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.02, 0.04})
  void aCatapultThatStaysOutForLongIsNotCritical(double fall) {
    for (int seed = 0; seed < 4 * SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      boolean warned = false;
      for (int t = 0; t < 1_200; t++) {
        double log = t < 400 ? 0 : Math.min((t - 400) / 2.0, Math.min(5, 5 - fall * (t - 440)));
        Change change =
            accept(detector, t, Math.exp(Math.max(0, log) + 0.3 * random.nextGaussian()));
        warned |= change == Change.OPENED;
        assertThat(change).as("seed %d, step %d", seed, t).isNotEqualTo(Change.CRITICAL);
      }
      assertThat(warned).isTrue();
    }
  }

  @Test
  void whatStandsStillAboveAllBeforeIsCritical() {
    int[] when = new int[4 * SEEDS];
    for (int seed = 0; seed < when.length; seed++) {
      var random = new SplittableRandom(seed);
      var detector = new DivergenceDetector();
      for (int t = 0; t < 1_200 && !detector.diverging(); t++) {
        double log = t < 400 ? 0 : Math.min((t - 400) / 2.0, 5);
        accept(detector, t, Math.exp(log + 0.3 * random.nextGaussian()));
        when[seed] = t - 400;
      }
      assertThat(detector.diverging()).isTrue();
      // Six times as long as it has lasted, some steps less, at the fastest.
      assertThat(detector.soonestBack()).isGreaterThan(5.0 * when[seed]);
    }
    Arrays.sort(when);
    System.out.printf(
        "standstill: critical after %d steps in the median, at most %d%n",
        when[when.length / 2], when[when.length - 1]);
    assertThat(when[0]).isGreaterThan(64);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e100, 1e200, Double.MAX_VALUE, -Double.MAX_VALUE})
  void oneAbsurdLossBlindsItNot(double absurd) {
    for (int when : new int[] {0, 10, 200}) {
      var detector = new DivergenceDetector();
      for (int t = 0; t < 10_000; t++) {
        accept(detector, t, t == when ? absurd : 1 + 0.1 * (t % 3));
      }
      assertThat(detector.diverging()).isFalse();
      for (int t = 10_000; t < 10_100; t++) {
        accept(detector, t, 100);
      }
      assertThat(detector.diverging()).as("after " + absurd + " at " + when).isTrue();
    }
  }

  @Test
  void nonFiniteLossesArePassedOver() {
    var detector = new DivergenceDetector();
    var clean = new DivergenceDetector();
    for (int t = 0; t < 200; t++) {
      accept(detector, t, 1 + t % 2);
      accept(clean, t, 1 + t % 2);
      accept(detector, t, t % 3 == 0 ? Double.NaN : Double.POSITIVE_INFINITY);
    }
    assertThat(States.bytes(detector::writeTo)).isEqualTo(States.bytes(clean::writeTo));
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      var whole = new DivergenceDetector();
      int cut = random.nextInt(300);
      for (int t = 0; t < cut; t++) {
        accept(whole, t, loss(random, t));
      }
      var restored = new DivergenceDetector();
      States.copy(whole::writeTo, restored::readFrom);
      for (int t = cut; t < 400; t++) {
        double loss = loss(random, t);
        accept(whole, t, loss);
        accept(restored, t, loss);
        assertThat(States.bytes(restored::writeTo)).isEqualTo(States.bytes(whole::writeTo));
      }
    }
  }

  private static double loss(SplittableRandom random, int t) {
    return 1 + (t % 120 > 80 ? 5 : 0) + random.nextGaussian() * 0.1;
  }
}
