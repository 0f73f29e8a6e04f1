package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampleCurveTest {

  @Test
  void lossesOfTwoValuesFallAsOneOverK() {
    // Half 0 and half 1: mean absolute deviation ½; E|ℓ − L_k| is ½ for every k.
    double[] losses = new double[600];
    for (int i = 0; i < losses.length; i += 2) {
      losses[i] = 1;
    }
    SampleCurve curve = SampleCurve.of(losses, 200, 1);
    assertThat(curve.deviation()).isEqualTo(0.5);
    assertThat(curve.scaled().value()).isCloseTo(0.5, within(0.01));
    assertThat(curve.slope().value()).isCloseTo(-1, within(0.02));
    assertThat(curve.slope().low()).isLessThan(-1);
    assertThat(curve.slope().high()).isGreaterThan(-1.02);
    assertThat(curve.largest()).isEqualTo(1);
    for (int b = 0; b < curve.counts().length; b++) {
      assertThat(curve.differences()[b] * curve.counts()[b]).isCloseTo(0.5, within(0.1));
    }
  }

  @Test
  void intervalsCoverTheMeanOverAllOrders() {
    // Enumerated: every set of k out of 10 losses and every next one. 200 seeds of a 95 % interval,
    // a binomial with standard deviation 1.5 %.
    double[] losses = {0, 0.1, 0.1, 0.3, 0.4, 0.9, 1.5, 2, 4, 9};
    double expected = (scaled(losses, 7) + scaled(losses, 8) + scaled(losses, 9)) / 3;
    int covered = 0;
    int seeds = 200;
    for (int seed = 0; seed < seeds; seed++) {
      Measured scaled = SampleCurve.of(losses, 400, seed).scaled();
      covered += scaled.low() <= expected && expected <= scaled.high() ? 1 : 0;
    }
    assertThat(covered / (double) seeds).isBetween(0.9, 1.0);
  }

  /** E|ℓ_{k+1} − L_k|. */
  private static double scaled(double[] losses, int k) {
    double total = 0;
    int count = 0;
    for (int set = 0; set < 1 << losses.length; set++) {
      if (Integer.bitCount(set) != k) {
        continue;
      }
      double sum = 0;
      for (int i = 0; i < losses.length; i++) {
        sum += (set >> i & 1) * losses[i];
      }
      for (int i = 0; i < losses.length; i++) {
        if ((set >> i & 1) == 0) {
          total += Math.abs(losses[i] - sum / k);
          count++;
        }
      }
    }
    return total / count;
  }
}
