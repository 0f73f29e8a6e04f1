package io.thermograd.detect.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Series of known law: periods that are there, and laws that have none. */
class PeriodicityTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  /** AR(2) with roots ρe^(±2πi/P): autocorrelation ρ^k·cos(2πk/P + ψ)/cos ψ. */
  private static double[] ringing(long seed, int n, double period, double rho) {
    var random = new SplittableRandom(seed);
    double[] x = new double[n];
    double a = 2 * rho * Math.cos(2 * Math.PI / period);
    double b = -rho * rho;
    for (int t = 2; t < n; t++) {
      x[t] = a * x[t - 1] + b * x[t - 2] + random.nextGaussian();
    }
    return x;
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0.95",
    "8, 0.95",
    "20, 0.98",
    "50, 0.99",
    "130, 0.996",
    "400, 0.999",
  })
  void ringingIsFoundWithItsPeriod(double period, double rho) {
    int n = (int) (60 * period) + 1024;
    int found = 0;
    for (int seed = 1; seed <= 20; seed++) {
      Periodicity periodicity = new Periodicity();
      boolean now = false;
      for (double x : ringing(seed, n, period, rho)) {
        periodicity.accept(3 + 0.01 * x);
        now |= periodicity.oscillating() && Math.abs(periodicity.period() / period - 1) < 0.3;
      }
      found += now ? 1 : 0;
    }
    System.out.printf("ringing of period %.0f, ρ %.4f: %d of 20%n", period, rho, found);
    // A phase that wanders hides it from one block in two; 60 periods are 15 blocks and more.
    assertThat(found).isGreaterThanOrEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4", "7", "16", "33", "90", "250", "1000"})
  void aPeriodInNoiseIsFound(double period) {
    for (int seed = 1; seed <= 20; seed++) {
      var random = new SplittableRandom(seed);
      Periodicity periodicity = new Periodicity();
      int n = (int) (64 * period) + 512;
      for (int t = 0; t < n; t++) {
        // Variances 1/2 (1 at period 2) and 0.16.
        periodicity.accept(5 + Math.cos(2 * Math.PI * t / period) + 0.4 * random.nextGaussian());
      }
      assertThat(periodicity.oscillating()).as("period %s, seed %d", period, seed).isTrue();
      assertThat(periodicity.period()).isBetween(0.7 * period, 1.3 * period);
    }
  }

  @Test
  void itEndsWhenThePeriodDoes() {
    var random = new SplittableRandom(7);
    Periodicity periodicity = new Periodicity();
    for (int t = 0; t < 1024; t++) {
      periodicity.accept(1 + (t % 2) + 0.1 * random.nextGaussian());
    }
    assertThat(periodicity.period()).isEqualTo(2);
    for (int t = 0; t < 512; t++) {
      periodicity.accept(1 + 0.1 * random.nextGaussian());
    }
    assertThat(periodicity.oscillating()).isFalse();
  }

  @Test
  void whatHasNoPeriodHasNone() {
    double values = 0;
    int alarms = 0;
    for (double phi : new double[] {-0.3, 0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999}) {
      int here = 0;
      for (int seed = 1; seed <= 2 * SCALE; seed++) {
        var random = new SplittableRandom(1000L * seed + Math.round(1000 * phi));
        double[] state = {0};
        here += alarms(20_000, t -> state[0] = phi * state[0] + random.nextGaussian());
        values += 20_000;
      }
      alarms += here;
      System.out.printf("AR(1) %.3f: %d oscillations in %,d values%n", phi, here, 40_000 * SCALE);
    }
    for (double time : new double[] {30, 300, 3000}) {
      for (int seed = 1; seed <= 2 * SCALE; seed++) {
        var random = new SplittableRandom(seed);
        alarms += alarms(20_000, t -> 2 * Math.exp(-t / time) + 0.05 * random.nextGaussian());
        alarms += alarms(20_000, t -> Math.pow(1 + t / time, -0.5) + 1e-4 * random.nextGaussian());
        values += 40_000;
      }
    }
    System.out.printf("no period: %d oscillations in %,.0f values%n", alarms, values);
    // At most 1 in 10⁶: two are 1 in 20 where that is the rate.
    assertThat(alarms).isLessThanOrEqualTo((int) Math.ceil(2 * Math.max(1, values * 1e-6)) - 1);
  }

  @Test
  void whatDoesNotVaryHasNone() {
    assertThat(alarms(5_000, t -> 1 / 3.0)).isZero();
    assertThat(alarms(5_000, t -> 0)).isZero();
    assertThat(alarms(5_000, t -> 1e300)).isZero();
  }

  private static int alarms(int n, DoubleUnaryOperator law) {
    Periodicity periodicity = new Periodicity();
    boolean before = false;
    int alarms = 0;
    for (int t = 0; t < n; t++) {
      periodicity.accept(law.applyAsDouble(t));
      alarms += periodicity.oscillating() && !before ? 1 : 0;
      before = periodicity.oscillating();
    }
    return alarms;
  }

  @Test
  void goesOnBitForBitAfterARestore() throws IOException {
    Periodicity one = new Periodicity();
    Periodicity other = one;
    double[] x = ringing(5, 5_000, 17, 0.97);
    for (int t = 0; t < x.length; t++) {
      if (t % 311 == 0) {
        var bytes = new ByteArrayOutputStream();
        one.writeTo(new DataOutputStream(bytes));
        other = new Periodicity();
        other.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
      }
      one.accept(x[t]);
      if (other != one) {
        other.accept(x[t]);
      }
      assertThat(other.period()).isEqualTo(one.period());
    }
  }
}
