package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Quadratic;
import org.junit.jupiter.api.Test;

class IterateLawTest {

  /** On a quadratic the iterates are Gaussian with variance T/(κ(1 − ηκ/2)), for any η. */
  @Test
  void isTheFirstOrderOfTheExactLawOnAQuadratic() {
    double[] curvatures = {1, 3};
    double temperature = 0.7;
    double[] x = {0.8, -0.4};
    double eta = 1e-6;
    double derivative = 0;
    for (int i = 0; i < 2; i++) {
      double k = curvatures[i];
      derivative +=
          (logDensity(x[i], k, temperature, eta) - logDensity(x[i], k, temperature, 0)) / eta;
    }
    // Normalised φ: ⟨φ⟩ = −¼Δf is taken off.
    double normalised =
        IterateLaw.correction(Quadratic.diagonal(curvatures), x, temperature) + 0.25 * (1 + 3);
    assertThat(normalised).isCloseTo(derivative, within(1e-4));
  }

  private static double logDensity(double x, double k, double temperature, double eta) {
    double variance = temperature / (k * (1 - 0.5 * eta * k));
    return -0.5 * x * x / variance - 0.5 * Math.log(variance);
  }
}
