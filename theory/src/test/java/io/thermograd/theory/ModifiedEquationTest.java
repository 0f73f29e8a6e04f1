package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ModifiedEquationTest {

  @Test
  void theModifiedGradientIsThatOfTheModifiedLoss() {
    // f = x²y + y⁴ by central differences.
    double eta = 0.2;
    double x = 0.7;
    double y = -0.4;
    double h = 1e-5;
    double[] modified =
        ModifiedEquation.gradient(
            new double[] {2 * x * y, x * x + 4 * y * y * y},
            new double[][] {{2 * y, 2 * x}, {2 * x, 12 * y * y}},
            eta);
    assertThat(modified[0])
        .isCloseTo((loss(x + h, y, eta) - loss(x - h, y, eta)) / (2 * h), within(1e-9));
    assertThat(modified[1])
        .isCloseTo((loss(x, y + h, eta) - loss(x, y - h, eta)) / (2 * h), within(1e-9));
  }

  @Test
  void theModifiedFlowDecaysAsDescentDoesToSecondOrder() {
    // The exact rate is κ(1 + ηκ/2 + (ηκ)²/3 + …).
    for (double step : new double[] {0.1, 0.01}) {
      double eta = step / 3;
      double error = ModifiedEquation.decayRate(3, eta) / ModifiedEquation.curvature(3, eta) - 1;
      assertThat(error).isBetween(0.0, 0.4 * step * step);
    }
    // k steps of descent are e^{−rate·kη}.
    assertThat(Math.exp(-ModifiedEquation.decayRate(3, 0.2) * 7 * 0.2))
        .isCloseTo(Math.pow(0.4, 7), within(1e-15));
  }

  @Test
  void theStationaryLawIsThatOfTheRecursionNotOfTheModifiedLoss() {
    // Var = η²σ²/(1 − (1−ηκ)²).
    double eta = 0.25;
    double exact = eta * eta * 0.6 / (1 - Math.pow(1 - eta * 3, 2));
    assertThat(ModifiedEquation.stationaryVariance(3, 0.6, eta)).isCloseTo(exact, within(1e-15));
    assertThat(ModifiedEquation.inflation(3, eta))
        .isCloseTo(exact / (eta * 0.6 / (2 * 3)), within(1e-14));
    // The modified loss is steeper, so its law would be narrower than the equation's, not wider.
    double modified = eta * 0.6 / (2 * ModifiedEquation.curvature(3, eta));
    assertThat(modified).isLessThan(eta * 0.6 / (2 * 3)).isLessThan(exact);
  }

  @Test
  void stableBelowTwo() {
    assertThat(ModifiedEquation.isStable(4, 0.49)).isTrue();
    assertThat(ModifiedEquation.isStable(4, 0.5)).isFalse();
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> ModifiedEquation.loss(Double.NaN, new double[0], 1), "loss", "NaN");
    refused(() -> ModifiedEquation.loss(0, new double[] {Double.NaN}, 1), "gradient[0]", "NaN");
    refused(() -> ModifiedEquation.gradient(new double[2], new double[][] {{1}}, 1), "1", "2");
    refused(() -> ModifiedEquation.decayRate(4, 0.25), "learning rate times curvature", "1.0");
    refused(() -> ModifiedEquation.inflation(4, 0.5), "stability limit", "1.0");
    refused(() -> ModifiedEquation.stationaryVariance(0, 1, 0.1), "curvature", "0.0");
  }

  private static double loss(double x, double y, double eta) {
    return ModifiedEquation.loss(
        x * x * y + y * y * y * y, new double[] {2 * x * y, x * x + 4 * y * y * y}, eta);
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
