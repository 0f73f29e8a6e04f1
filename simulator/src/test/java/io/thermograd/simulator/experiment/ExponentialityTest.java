package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.random.SplitMix64;
import org.junit.jupiter.api.Test;

class ExponentialityTest {

  @Test
  void stephensCriticalValuesAreExceededAsOftenAsTheyShould() {
    int samples = 4_000;
    int above5 = 0;
    int above1 = 0;
    SplitMix64 random = SplitMix64.stream(3, 1);
    for (int s = 0; s < samples; s++) {
      double statistic = Exponentiality.statistic(exponential(200, random));
      above5 += statistic > 1.094 ? 1 : 0;
      above1 += statistic > 1.308 ? 1 : 0;
    }
    // Binomial, 4 standard errors: 200 ± 55 and 40 ± 25.
    assertThat(above5).isBetween(145, 255);
    assertThat(above1).isBetween(15, 65);
  }

  @Test
  void seesTimesThatAreNotExponential() {
    double[] times = exponential(1_000, SplitMix64.stream(3, 2));
    for (int i = 0; i < times.length; i++) {
      times[i] += 0.2;
    }
    assertThat(Exponentiality.statistic(times)).isGreaterThan(Exponentiality.CRITICAL);
  }

  private static double[] exponential(int n, SplitMix64 random) {
    double[] times = new double[n];
    for (int i = 0; i < n; i++) {
      times[i] = -Math.log(1 - random.nextDouble());
    }
    return times;
  }
}
