package io.thermograd.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossMomentsTest {

  @Test
  void decreaseIsAStandardNormalWhereThereIsNoTrend() {
    var random = new SplittableRandom(6);
    int runs = 10_000;
    double squares = 0;
    int beyond2 = 0;
    int beyond3 = 0;
    for (int r = 0; r < runs; r++) {
      var loss = new LossMoments(20);
      for (int t = 0; t < 400; t++) {
        loss.accept(5 + 2 * random.nextGaussian());
      }
      double z = loss.decrease() / loss.decreaseError();
      squares += z * z / runs;
      beyond2 += Math.abs(z) > 2 ? 1 : 0;
      beyond3 += Math.abs(z) > 3 ? 1 : 0;
    }
    System.out.printf(
        "loss decrease without a trend: E z² %.3f, P(|z|>2) %.4f, P(|z|>3) %.4f%n",
        squares, (double) beyond2 / runs, (double) beyond3 / runs);
    // The variance is estimated on 2/3·57 = 38 degrees: z is Student's t, whose values by scipy
    // 1.10.1 are E z² = 38/36 = 1.056, 2·t.sf(2, 38) = 0.0527, 2·t.sf(3, 38) = 0.0047; a normal has
    // 1, 0.0455, 0.0027. Standard errors 0.016, 0.0022, 0.0007.
    assertThat(squares).isCloseTo(1.056, within(0.05));
    assertThat((double) beyond2 / runs).isBetween(0.046, 0.06);
    assertThat((double) beyond3 / runs).isBetween(0.0015, 0.0065);
  }

  @Test
  void decreaseHasTheSignAndSizeOfATrend() {
    var loss = new LossMoments(100);
    for (int t = 0; t < 20_000; t++) {
      loss.accept(1000 - 0.01 * t);
    }
    // A mean with decay β lags a linear trend by β/(1−β) steps.
    double fast = Math.pow(2, -1 / 100.0);
    double slow = Math.pow(2, -1 / 400.0);
    double lag = slow / (1 - slow) - fast / (1 - fast);
    assertThat(loss.decrease()).isCloseTo(0.01 * lag, within(1e-6));
    assertThat(loss.decrease() / loss.decreaseError()).isGreaterThan(100);
  }

  @Test
  void meanAndSpreadHoldTheTruth() {
    var random = new SplittableRandom(1);
    int runs = 4000;
    int mean = 0;
    int sd = 0;
    for (int r = 0; r < runs; r++) {
      var loss = new LossMoments(100);
      for (int t = 0; t < 20 + r % 300; t++) {
        loss.accept(-3 + 0.5 * random.nextGaussian());
      }
      mean += Math.abs(loss.mean() + 3) <= loss.meanError() ? 1 : 0;
      QuantityList list = new QuantityList();
      loss.describe(list);
      var q = list.quantities().get(QuantityName.LOSS_SD.id());
      Double low = q == null ? null : q.low();
      Double high = q == null ? null : q.high();
      sd += low != null && high != null && low <= 0.5 && 0.5 <= high ? 1 : 0;
    }
    System.out.printf(
        "loss intervals: mean %.3f, sd %.3f%n", (double) mean / runs, (double) sd / runs);
    assertThat((double) mean / runs).isCloseTo(0.95, within(0.015));
    assertThat((double) sd / runs).isCloseTo(0.95, within(0.02));
  }

  @Test
  void passesOverWhatIsNotFiniteOrAbsurd() {
    var loss = new LossMoments(10);
    for (int t = 0; t < 30; t++) {
      loss.accept(t % 2);
    }
    byte[] before = Draws.bytes(loss::writeTo);
    loss.accept(Double.NaN);
    loss.accept(Double.POSITIVE_INFINITY);
    loss.accept(1e300);
    assertThat(Draws.bytes(loss::writeTo)).isEqualTo(before);
    assertThat(loss.count()).isEqualTo(30);
  }

  @Test
  void warmsUpForTwentySteps() {
    var loss = new LossMoments(10);
    for (int t = 0; t < 20; t++) {
      assertThat(loss.ready()).isFalse();
      QuantityList list = new QuantityList();
      loss.describe(list);
      assertThat(list.absent().get("loss")).contains(t + " of 20");
      loss.accept(1);
    }
    assertThat(loss.ready()).isTrue();
  }

  @Test
  void aConstantLossDoesNotFall() {
    var loss = new LossMoments(10);
    for (int t = 0; t < 1000; t++) {
      loss.accept(0.1);
      assertThat(loss.decrease()).isZero();
    }
    assertThat(loss.meanError()).isZero();
  }

  @Test
  void anEndlessHalfLifeIsAPlainMean() {
    var loss = new LossMoments(1e18);
    for (int t = 1; t <= 100; t++) {
      loss.accept(t);
    }
    assertThat(loss.mean()).isCloseTo(50.5, within(1e-10));
    assertThat(loss.decreaseError()).isCloseTo(0, within(1e-6));
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    var random = new SplittableRandom(3);
    var whole = new LossMoments(30);
    for (int t = 0; t < 50; t++) {
      whole.accept(random.nextDouble());
    }
    var restored = new LossMoments(30);
    Draws.copy(whole::writeTo, restored::readFrom);
    for (int t = 0; t < 50; t++) {
      double x = random.nextDouble();
      whole.accept(x);
      restored.accept(x);
    }
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
    assertThat(restored.decreaseError()).isEqualTo(whole.decreaseError());
  }
}
