package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TemperatureTest {

  @Test
  void momentumRaisesTheLearningRate() {
    assertThat(Temperature.effectiveLearningRate(0.1, 0)).isEqualTo(0.1);
    assertThat(Temperature.effectiveLearningRate(0.1, 0.5)).isEqualTo(0.2);
    assertThat(Temperature.effectiveLearningRate(0, 0.9)).isZero();
  }

  @Test
  void isotropicNoiseHasTheTemperatureOfItsVariance() {
    // Σ = σ²I in d dimensions: tr Σ = dσ², d_eff = d, and T = η_eff·c·σ²/(2B) in whatever
    // dimension.
    double variance = 0.7;
    for (int d : new int[] {1, 3, 1000}) {
      assertThat(Temperature.effective(0.2, 0.75, d * variance, 16, d))
          .isCloseTo(0.2 * 0.75 * variance / 32, within(1e-16));
    }
  }

  @Test
  void everyDirectionHoldsHalfATemperature() {
    // Equipartition: E_th = d·T/2 for isotropic noise in d dimensions.
    double t = Temperature.effective(0.3, 1, 12, 8, 6);
    assertThat(Temperature.thermalEnergy(0.3, 1, 12, 8)).isCloseTo(6 * t / 2, within(1e-16));
  }

  @Test
  void thermalEnergyIsTheExcessLossOfAQuadraticToLeadingOrder() {
    // θ ← θ − η(κθ + ξ), Var ξ = σ²/B, has Var θ = ησ²/(Bκ(2 − ηκ)) exactly, and excess loss
    // ½κ·Var θ: the leading order in ηκ is ησ²/(4B), the relative rest ηκ/2 to first order.
    double rate = 1e-3;
    double curvature = 2;
    double exact = 0.5 * rate * 9 / (4 * (2 - rate * curvature));
    assertThat(Temperature.thermalEnergy(rate, 1, 9, 4) / exact)
        .isCloseTo(1 - rate * curvature / 2, within(1e-12));
  }

  @Test
  void distinctExamplesCarryLessNoise() {
    assertThat(Temperature.finitePopulationFactor(10, 1)).isEqualTo(1);
    assertThat(Temperature.finitePopulationFactor(10, 4)).isEqualTo(6.0 / 9);
    assertThat(Temperature.finitePopulationFactor(10, 10)).isZero();
    assertThat(Temperature.finitePopulationFactor(1, 1)).isZero();
    assertThat(Temperature.finitePopulationFactor(Long.MAX_VALUE, 1)).isEqualTo(1);
  }

  @Test
  void aBatchMeanHasTheFactorAsItsVarianceOverThatOfIndependentDraws() {
    // Every batch of 2 out of {0, 1, 5, 6}: Var of the batch mean over (σ²/2).
    double[] x = {0, 1, 5, 6};
    double sum = 0;
    int batches = 0;
    for (int i = 0; i < 4; i++) {
      for (int j = i + 1; j < 4; j++) {
        sum += Math.pow((x[i] + x[j]) / 2 - 3, 2);
        batches++;
      }
    }
    double variance = (9 + 4 + 4 + 9) / 4.0;
    assertThat(sum / batches / (variance / 2))
        .isCloseTo(Temperature.finitePopulationFactor(4, 2), within(1e-15));
  }

  @Test
  void nominalIsRateOverBatch() {
    assertThat(Temperature.nominal(0.5, 8)).isEqualTo(0.0625);
    assertThat(Temperature.nominal(0, 8)).isZero();
  }

  @Test
  void oneDirectionHasItsCurvatureTimesItsVariance() {
    // AR(1): Var = η²s²/(1 − (1−ηκ)²).
    double eta = 0.4;
    double curvature = 2;
    double variance = eta * eta * 0.3 / (1 - Math.pow(1 - eta * curvature, 2));
    assertThat(Temperature.directional(eta, 0, 0.3, curvature))
        .isCloseTo(curvature * variance, within(1e-15));
    assertThat(Temperature.sgld(0, eta, 0.3, curvature))
        .isCloseTo(curvature * variance, within(1e-15));
    double langevin = 2 * eta * 0.7 / (1 - Math.pow(1 - eta * curvature, 2));
    assertThat(Temperature.sgld(0.7, eta, 0.3, curvature))
        .isCloseTo(curvature * (variance + langevin), within(1e-15));
  }

  @Test
  void momentumHeatsLikeTheEffectiveRateAndMoreAtLargeSteps() {
    // AR(2) with φ₁ = 1 + β − ηκ, φ₂ = −β: Var = (1−φ₂)η²s²/((1+φ₂)((1−φ₂)² − φ₁²)).
    double beta = 0.9;
    double curvature = 2;
    for (double eta : new double[] {1e-4, 0.4, 1.5}) {
      double f1 = 1 + beta - eta * curvature;
      double variance =
          (1 + beta) * eta * eta * 0.3 / ((1 - beta) * (Math.pow(1 + beta, 2) - f1 * f1));
      assertThat(Temperature.directional(eta, beta, 0.3, curvature))
          .isCloseTo(curvature * variance, within(1e-11));
    }
    double isotropic = Temperature.isotropic(1e-9 / (1 - beta), 1, 0.3, 1);
    assertThat(Temperature.directional(1e-9, beta, 0.3, curvature) / isotropic)
        .isCloseTo(1, within(1e-8));
  }

  @Test
  void aFlatDirectionIsAsHotAsTheOthersInTheLimit() {
    assertThat(Temperature.directional(0.1, 0.5, 2, 0)).isCloseTo(0.2, within(1e-16));
  }

  @Test
  void exactThermalEnergyIsHalfTheSumOfTemperatures() {
    double[] noise = {0.3, 2};
    double[] curvature = {5, 0.1};
    assertThat(Temperature.thermalEnergy(0.1, 0.8, noise, curvature))
        .isCloseTo(
            (Temperature.directional(0.1, 0.8, 0.3, 5) + Temperature.directional(0.1, 0.8, 2, 0.1))
                / 2,
            within(1e-16));
    // Leading order: η_eff·tr(cΣ/B)/4.
    assertThat(Temperature.thermalEnergy(1e-8, 0.8, noise, curvature))
        .isCloseTo(Temperature.thermalEnergy(5e-8, 1, 2.3, 1), within(1e-14));
  }

  @Test
  void settingsForAWantedTemperatureHaveIt() {
    double eta = Temperature.learningRateFor(0.01, 0.9, 0.75, 3, 16);
    assertThat(Temperature.isotropic(Temperature.effectiveLearningRate(eta, 0.9), 0.75, 3, 16))
        .isCloseTo(0.01, within(1e-16));
    double batch = Temperature.batchSizeFor(0.01, 0.2, 3);
    assertThat(Temperature.isotropic(0.2, 1, 3, batch)).isCloseTo(0.01, within(1e-16));
    double distinct = Temperature.batchSizeFor(0.01, 0.2, 3, 100);
    assertThat(Temperature.isotropic(0.2, (100 - distinct) / 99, 3, distinct))
        .isCloseTo(0.01, within(1e-16));
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> Temperature.effectiveLearningRate(-1, 0), "learning rate", "-1.0");
    refused(() -> Temperature.effectiveLearningRate(Double.NaN, 0), "learning rate", "NaN");
    refused(() -> Temperature.effectiveLearningRate(0.1, 1), "momentum", "1.0");
    refused(() -> Temperature.effectiveLearningRate(0.1, Double.NaN), "momentum", "NaN");
    refused(() -> Temperature.nominal(0.1, 0), "batch size", "0.0");
    refused(() -> Temperature.nominal(Double.POSITIVE_INFINITY, 1), "learning rate", "Infinity");
    refused(() -> Temperature.finitePopulationFactor(0, 1), "dataset size", "0");
    refused(() -> Temperature.finitePopulationFactor(4, 5), "batch size", "5");
    refused(() -> Temperature.finitePopulationFactor(4, 0), "batch size", "0");
    refused(() -> Temperature.thermalEnergy(0.1, -0.5, 1, 1), "factor", "-0.5");
    refused(() -> Temperature.thermalEnergy(0.1, 1, -2, 1), "noise trace", "-2.0");
    refused(() -> Temperature.effective(0.1, 1, 1, 1, 0), "effective dimension", "0.0");
    refused(() -> Temperature.directional(1, 0, 1, 2), "stability limit", "1.0");
    refused(() -> Temperature.directional(1, 0, -1, 1), "noise variance", "-1.0");
    refused(() -> Temperature.directional(1, 0, 1, -1), "curvature", "-1.0");
    refused(() -> Temperature.sgld(-1, 0.1, 1, 1), "injected temperature", "-1.0");
    refused(() -> Temperature.thermalEnergy(1, 0, new double[1], new double[2]), "2", "1");
    refused(() -> Temperature.learningRateFor(-1, 0, 1, 1, 1), "temperature", "-1.0");
    refused(() -> Temperature.batchSizeFor(0, 1, 1), "temperature", "0.0");
    refused(() -> Temperature.batchSizeFor(1, 1, 1, 1), "dataset size", "1");
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
