package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RatioIntervalTest {

  @Test
  void isTheDeltaMethodForAPreciseDenominator() {
    double a = 6;
    double b = 3;
    double varA = 1e-8;
    double varB = 4e-9;
    double cov = 1e-9;
    RatioInterval interval = RatioInterval.of(a, b, varA, varB, cov, 2);
    double sd = Math.sqrt(varA / 9 + varB * 36 / 81 - 2 * cov * 6 / 27);
    // The next order is relative to the half-width by sd(b)/b = 2·10⁻⁵.
    assertThat(interval.low()).isCloseTo(2 - 2 * sd, within(1e-4 * sd));
    assertThat(interval.high()).isCloseTo(2 + 2 * sd, within(1e-4 * sd));
  }

  @RepeatedTest(200)
  void endsAreTheRootsOfFiellersCondition(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    double sdA = random.nextDouble(0.01, 2);
    double sdB = random.nextDouble(0.01, 2);
    double cov = random.nextDouble(-0.99, 0.99) * sdA * sdB;
    double a = random.nextDouble(0, 10);
    double b = random.nextDouble(-2, 10);
    double f = 2;
    DoubleUnaryOperator excess =
        r -> (a - r * b) * (a - r * b) - f * f * (sdA * sdA - 2 * r * cov + r * r * sdB * sdB);
    RatioInterval interval = RatioInterval.of(a, b, sdA * sdA, sdB * sdB, cov, f);

    if (b > f * sdB) {
      // Inside between the ends, outside beyond; found by bisection from a/b, which is inside.
      assertThat(interval.low()).isCloseTo(root(excess, a / b, -1), within(1e-7));
      assertThat(interval.high()).isCloseTo(root(excess, a / b, 1), within(1e-5));
    } else {
      assertThat(interval.high()).isEqualTo(Double.POSITIVE_INFINITY);
      boolean zeroIsIn = excess.applyAsDouble(0) <= 0;
      if (b < -f * sdB || zeroIsIn) {
        assertThat(interval.low()).isNaN();
      } else {
        double root = rootAbove(excess);
        assertThat(interval.low()).isCloseTo(root, within(1e-7 * (1 + root)));
        assertThat(interval.low()).isPositive();
      }
    }
  }

  private static double root(DoubleUnaryOperator excess, double inside, int direction) {
    double step = 1e-3;
    while (excess.applyAsDouble(inside + direction * step) <= 0) {
      step *= 2;
    }
    return bisect(excess, inside, inside + direction * step);
  }

  /** Outside at 0, inside far out. */
  private static double rootAbove(DoubleUnaryOperator excess) {
    double far = 1e-3;
    while (excess.applyAsDouble(far) > 0) {
      far *= 2;
    }
    return bisect(excess, far, 0);
  }

  private static double bisect(DoubleUnaryOperator excess, double inside, double outside) {
    for (int i = 0; i < 200; i++) {
      double middle = (inside + outside) / 2;
      if (excess.applyAsDouble(middle) <= 0) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return inside;
  }

  @Test
  void isTheSameInEveryUnit() {
    RatioInterval one = RatioInterval.of(6, 3, 1, 0.2, 0.1, 2);
    for (double unit : new double[] {1e-60, 1e-30, 1e30, 1e60}) {
      RatioInterval other =
          RatioInterval.of(
              6 * unit, 3 * unit, unit * unit, 0.2 * unit * unit, 0.1 * unit * unit, 2);
      assertThat(other.low()).isCloseTo(one.low(), within(1e-12));
      assertThat(other.high()).isCloseTo(one.high(), within(1e-12));
    }
  }

  @Test
  void sayNothingWhereNothingIsKnown() {
    for (RatioInterval i :
        new RatioInterval[] {
          RatioInterval.of(Double.NaN, 1, 1, 1, 0, 2),
          RatioInterval.of(1, 1, Double.NaN, 1, 0, 2),
          RatioInterval.of(0, 0, 1, 1, 0, 2),
          RatioInterval.of(0, 0, 0, 0, 0, 2),
          RatioInterval.of(5, -5, 0.1, 0.1, 0, 2)
        }) {
      assertThat(i.low()).isNaN();
      assertThat(i.high()).isEqualTo(Double.POSITIVE_INFINITY);
    }
    RatioInterval exact = RatioInterval.of(6, 3, 0, 0, 0, 2);
    assertThat(exact).isEqualTo(new RatioInterval(2, 2));
    RatioInterval noSignal = RatioInterval.of(6, 0, 0.01, 1, 0, 2);
    assertThat(noSignal.low()).isPositive();
    assertThat(noSignal.high()).isInfinite();
  }
}
