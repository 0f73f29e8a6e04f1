package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.Ziggurat;
import org.junit.jupiter.api.Test;

class AutocorrelationTest {

  @Test
  void findsTheTimeOfAnAutoregression() {
    int n = 200_000;
    for (double phi : new double[] {-0.5, 0, 0.5, 0.9, 0.99}) {
      double expected = (1 + phi) / (1 - phi);
      for (long seed = 0; seed < 10; seed++) {
        Autocorrelation found = Autocorrelation.of(series(phi, n, seed));
        // Its own standard error √(2(2M+1)/n) with M the lags; 4.5 of them.
        double error = Math.sqrt(2.0 * (2 * found.lags() + 1) / n);
        assertThat(found.time() / expected).as("phi " + phi).isCloseTo(1, within(4.5 * error));
        assertThat(found.effectiveSamples()).isEqualTo(n / found.time());
      }
    }
  }

  @Test
  void chainsThatNeverMetAreCorrelated() {
    double[][] chains = {series(0, 1_000, 1), series(0, 1_000, 2)};
    for (int t = 0; t < 1_000; t++) {
      chains[0][t] = 5 + chains[0][t] / 10;
      chains[1][t] = -5 + chains[1][t] / 10;
    }
    assertThat(Autocorrelation.of(chains[0]).time()).isLessThan(2);
    assertThat(Autocorrelation.of(chains, 0).effectiveSamples()).isLessThan(5);
  }

  @Test
  void aConstantHasNone() {
    assertThat(Autocorrelation.of(new double[100]).time()).isNaN();
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> Autocorrelation.of(new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("series should have at least 4 values: had 3");
    assertThatThrownBy(() -> Autocorrelation.of(new double[][] {new double[5], new double[4]}, 0))
        .hasMessage("chains should be equally long: were 5 and 4");
  }

  private static double[] series(double phi, int n, long seed) {
    Ziggurat random = new Ziggurat(seed);
    double[] x = new double[n];
    double kick = Math.sqrt(1 - phi * phi);
    x[0] = random.next();
    for (int t = 1; t < n; t++) {
      x[t] = phi * x[t - 1] + kick * random.next();
    }
    return x;
  }
}
