package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.Ziggurat;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StochasticPathsTest {
  private static final StochasticPaths GROWTH =
      new StochasticPaths(x -> 0.5 * x, x -> 2 * x, x -> 2, 3);

  @Test
  void stepsAreThoseOfTheSchemes() {
    double[] dw = {0.3, -0.1};
    assertThat(GROWTH.euler(dw, 0)).isCloseTo(3 * (1 + 0.5 + 2 * 0.2), within(1e-15));
    assertThat(GROWTH.euler(dw, 1)).isCloseTo(3 * (1.25 + 0.6) * (1.25 - 0.2), within(1e-14));
    assertThat(GROWTH.milstein(dw, 0))
        .isCloseTo(3 * (1 + 0.5 + 0.4 + 2 * (0.04 - 1)), within(1e-14));
  }

  @Test
  void incrementsAreThoseOfBrownianMotion() {
    double sum = 0;
    double quadratic = 0;
    Ziggurat random = new Ziggurat(4);
    for (int p = 0; p < 10_000; p++) {
      double[] dw = StochasticPaths.increments(4, random);
      double w = Arrays.stream(dw).sum();
      sum += w * w / 10_000;
      quadratic += Arrays.stream(dw).map(d -> d * d).sum() / 10_000;
    }
    assertThat(sum).isCloseTo(1, within(4.5 * Math.sqrt(2e-4)));
    assertThat(quadratic).isCloseTo(1, within(4.5 * Math.sqrt(2e-4 / 16)));
  }
}
