package io.thermograd.detect.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomScalingTest {
  @Test
  void agreesWithNumpy() {
    // numpy 1.24.2: V from cumulative means.
    RandomScaling scaling = of(3, 1, 4, 1, 5, 9, 2, 6);
    assertThat(scaling.mean()).isCloseTo(3.875, within(1e-14));
    assertThat(scaling.halfWidth()).isCloseTo(3.036259812467258, within(1e-13));
  }

  @Test
  void noneAndOne() {
    RandomScaling scaling = new RandomScaling();
    assertThat(scaling.mean()).isNaN();
    assertThat(scaling.halfWidth()).isNaN();
    scaling.accept(7);
    assertThat(scaling.mean()).isEqualTo(7);
    assertThat(scaling.halfWidth()).isNaN();
    scaling.accept(7);
    assertThat(scaling.halfWidth()).isZero();
  }

  @Test
  void refusesWhatIsNotFinite() {
    RandomScaling scaling = of(1, 2, 3);
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e200}) {
      assertThat(scaling.accept(bad)).isFalse();
    }
    assertThat(scaling.count()).isEqualTo(3);
    assertThat(scaling.mean()).isEqualTo(2);
  }

  @Test
  void isAsGoodFarFromZero() {
    // Uniform on {0, 1/8, …, 7/8}: exact at 10⁸, where numbers are 1.5e-8 apart.
    SplittableRandom random = new SplittableRandom(3);
    RandomScaling here = new RandomScaling();
    RandomScaling far = new RandomScaling();
    for (int t = 0; t < 1_000_000; t++) {
      double x = random.nextInt(8) / 8.0;
      here.accept(x);
      far.accept(1e8 + x);
    }
    assertThat(far.halfWidth()).isCloseTo(here.halfWidth(), within(1e-9 * here.halfWidth()));
    assertThat(far.mean() - 1e8).isCloseTo(here.mean(), within(2e-8));
  }

  /**
   * Of 95 % intervals of AR(1) series of 20,000, by the table of coverages that random scaling is
   * known for; 400 runs have a standard deviation of 1.1 %.
   */
  @ParameterizedTest
  @CsvSource({"0.9, 0.95", "0.99, 0.95", "0.999, 0.91"})
  void covers(double memory, double expected) {
    int runs = 400;
    int covered = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(1_000 + run);
      double x = random.nextGaussian() / Math.sqrt(1 - memory * memory);
      RandomScaling scaling = new RandomScaling();
      for (int t = 0; t < 20_000; t++) {
        scaling.accept(5 + x);
        x = memory * x + random.nextGaussian();
      }
      covered += Math.abs(scaling.mean() - 5) <= scaling.halfWidth() ? 1 : 0;
    }
    assertThat((double) covered / runs).isCloseTo(expected, within(0.035));
  }

  @Test
  void goesOnAfterRestore() {
    RandomScaling one = of(3, 1, 4, 1, 5);
    RandomScaling two = new RandomScaling();
    States.copy(one::writeTo, two::readFrom);
    one.accept(9);
    two.accept(9);
    assertThat(States.bytes(two::writeTo)).isEqualTo(States.bytes(one::writeTo));
  }

  @Test
  void beginsAnew() {
    RandomScaling used = of(100, 200);
    used.clear();
    for (double x : new double[] {3, 1, 4}) {
      used.accept(x);
    }
    RandomScaling fresh = of(3, 1, 4);
    assertThat(States.bytes(used::writeTo)).isEqualTo(States.bytes(fresh::writeTo));
  }

  private static RandomScaling of(double... values) {
    RandomScaling scaling = new RandomScaling();
    for (double x : values) {
      scaling.accept(x);
    }
    return scaling;
  }
}
