package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RelaxationTest {

  @Test
  void rateOfPureExponentialsIsExact() {
    double[][] groups = new double[4][40];
    for (int g = 0; g < 4; g++) {
      for (int k = 0; k < 40; k++) {
        groups[g][k] = (1 + g) * Math.exp(-0.7 * 0.1 * k);
      }
    }
    Measured rate = Relaxation.rate(groups, 0.1, 0.8, 0.35);
    assertThat(rate.value()).isCloseTo(0.7, within(1e-12));
    assertThat(rate.high() - rate.low()).isLessThan(1e-12);
  }

  @Test
  void ignoresWhatHasDecayedBeforeTheUpperLevel() {
    double[][] groups = new double[2][200];
    for (double[] curve : groups) {
      for (int k = 0; k < 200; k++) {
        curve[k] = Math.exp(-0.05 * k) + 0.5 * Math.exp(-2 * k);
      }
    }
    assertThat(Relaxation.rate(groups, 1, 0.5, 0.1).value()).isCloseTo(0.05, within(1e-5));
  }

  @Test
  void isAbsentWhenTheCurveDoesNotFallFarEnough() {
    double[][] flat = {{1, 0.9, 0.8}, {1, 0.9, 0.8}};
    assertThat(Relaxation.rate(flat, 1, 0.9, 0.5).value()).isNaN();
  }

  @Test
  void autocovarianceByHand() {
    double[][] series = {{1, -1}, {2, 0}, {0, 3}};
    assertThat(Relaxation.autocovariance(series, 3))
        .containsExactly((2 + 4 + 9) / 6.0, (2 + 0 + 0 + 0) / 4.0, (0 - 3) / 2.0);
  }

  @Test
  void intervalCoversTheRateOfAutoregressiveSeries() {
    // 60 trials of x ← 0.9x + noise, rate −log 0.9: a 95 % interval misses 3 on average, and more
    // than 9 with probability 10⁻³.
    int missed = 0;
    for (int trial = 0; trial < 60; trial++) {
      SplitMix64 random = SplitMix64.stream(11, trial);
      double[][] groups = new double[15][];
      for (int g = 0; g < groups.length; g++) {
        double[][] series = new double[150][10];
        double[] x = new double[10];
        Arrays.setAll(x, r -> random.nextGaussian());
        for (double[] now : series) {
          for (int r = 0; r < x.length; r++) {
            now[r] = x[r];
            x[r] = 0.9 * x[r] + Math.sqrt(1 - 0.81) * random.nextGaussian();
          }
        }
        groups[g] = Relaxation.autocovariance(series, 30);
      }
      Measured rate = Relaxation.rate(groups, 1, 0.8, 0.35);
      missed += rate.low() <= -Math.log(0.9) && -Math.log(0.9) <= rate.high() ? 0 : 1;
    }
    assertThat(missed).isLessThanOrEqualTo(9);
  }
}
