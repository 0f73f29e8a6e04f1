package io.thermograd.accuracy.jury;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PoissonTest {
  /** scipy 1.10: chi2.ppf(0.95, 2(n+1))/2. */
  @Test
  void upperBoundsAreThoseOfTheChiSquareLaw() {
    assertThat(Poisson.upper95(0)).isCloseTo(2.995732, within(1e-6));
    assertThat(Poisson.upper95(1)).isCloseTo(4.743865, within(1e-6));
    assertThat(Poisson.upper95(10)).isCloseTo(16.962219, within(1e-6));
    assertThat(Poisson.upper95(177)).isCloseTo(200.498725, within(1e-6));
  }
}
