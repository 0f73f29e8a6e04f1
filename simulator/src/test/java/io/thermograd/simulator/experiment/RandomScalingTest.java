package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import org.junit.jupiter.api.Test;

class RandomScalingTest {

  @Test
  void isItsDefinition() {
    for (double origin : new double[] {0, 1e6}) {
      SplitMix64 random = new SplitMix64(1);
      int n = 200;
      double[] means = new double[n + 1];
      RandomScaling scaling = new RandomScaling();
      double sum = 0;
      for (int s = 1; s <= n; s++) {
        double x = random.nextGaussian();
        scaling.accept(origin + x);
        sum += x;
        means[s] = sum / s;
      }
      double v = 0;
      for (int s = 1; s <= n; s++) {
        v += Math.pow(s * (means[s] - means[n]), 2) / n / n;
      }
      assertThat(scaling.mean()).isCloseTo(origin + means[n], within(1e-9));
      assertThat(scaling.halfWidth()).isCloseTo(6.747 * Math.sqrt(v / n), within(1e-9));
    }
  }

  @Test
  void coversTheMeanOfACorrelatedSeries() {
    // AR(0.9), 1,000 autocorrelation times: 95 % of 1,000, with a standard deviation of 0.7 %.
    int covered = 0;
    int series = 1000;
    for (int r = 0; r < series; r++) {
      SplitMix64 random = SplitMix64.stream(7, r);
      RandomScaling scaling = new RandomScaling();
      double x = random.nextGaussian() / Math.sqrt(1 - 0.81);
      for (int t = 0; t < 20_000; t++) {
        scaling.accept(3 + x);
        x = 0.9 * x + random.nextGaussian();
      }
      covered += Math.abs(scaling.mean() - 3) <= scaling.halfWidth() ? 1 : 0;
    }
    assertThat(covered / (double) series).isBetween(0.92, 0.98);
  }
}
