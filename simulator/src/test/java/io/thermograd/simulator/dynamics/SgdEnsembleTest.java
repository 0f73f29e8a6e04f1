package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SgdEnsembleTest {
  private static final double[] CURVATURES = {1, 4};
  private static final Landscape BOWL = Quadratic.diagonal(CURVATURES);
  private static final int REPLICAS = 100_000;
  private static final double WITHIN = 4.5 * Math.sqrt(2.0 / REPLICAS);

  @Test
  void stationaryVarianceIsTheDiscreteOne() {
    double eta = 0.2;
    double[] variances = {3, 0.5};
    SgdEnsemble ensemble =
        ensemble(GaussianNoise.diagonal(variances), OptimizerSettings.sgd(), eta, 8);
    ensemble.step(150);
    for (int i = 0; i < 2; i++) {
      double kappa = CURVATURES[i];
      double expected = eta * variances[i] / (8 * kappa * (2 - eta * kappa));
      assertThat(meanSquare(ensemble, i) / expected).isCloseTo(1, within(WITHIN));
    }
  }

  @Test
  void heavyBallHasItsExactVarianceEvenAtLargeSteps() {
    double eta = 0.2;
    double beta = 0.8;
    SgdEnsemble ensemble =
        ensemble(GaussianNoise.isotropic(2, 1), OptimizerSettings.heavyBall(beta), eta, 1);
    ensemble.step(300);
    for (int i = 0; i < 2; i++) {
      double kappa = CURVATURES[i];
      // Section 3 of QUANTITIES.md, divided by κ.
      double expected = eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta * kappa) * kappa);
      assertThat(meanSquare(ensemble, i) / expected).isCloseTo(1, within(WITHIN));
    }
  }

  @Test
  void langevinNoiseOfTheOptimizerIsLangevinDynamics() {
    double eta = 0.2;
    SgdEnsemble ensemble =
        ensemble(GaussianNoise.isotropic(2, 0), OptimizerSettings.sgld(0.7), eta, 1);
    ensemble.step(150);
    for (int i = 0; i < 2; i++) {
      double kappa = CURVATURES[i];
      double expected = 0.7 / (kappa * (1 - eta * kappa / 2));
      assertThat(meanSquare(ensemble, i) / expected).isCloseTo(1, within(WITHIN));
    }
  }

  @Test
  void schedulesApplyAtTheirSteps() {
    SgdEnsemble ensemble =
        SgdEnsemble.at(
            BOWL,
            GaussianNoise.isotropic(2, 0),
            OptimizerSettings.sgd(),
            LearningRate.steps(0.1, 0.5, 2),
            BatchSizeSchedule.constant(1),
            new double[] {1, 1},
            3,
            1);
    ensemble.step(3);
    assertThat(ensemble.positions()[0]).isCloseTo(0.9 * 0.9 * 0.95, within(1e-15));
    ensemble.step(1);
    assertThat(ensemble.positions()[0]).isCloseTo(0.9 * 0.9 * 0.95 * 0.95, within(1e-15));
  }

  @Test
  void batchSizeDividesTheVariance() {
    SgdEnsemble ensemble =
        SgdEnsemble.at(
            BOWL,
            GaussianNoise.isotropic(2, 1),
            OptimizerSettings.sgd(),
            LearningRate.constant(0.1),
            BatchSizeSchedule.change(1, 100, 1),
            new double[2],
            REPLICAS,
            6);
    ensemble.step(1);
    assertThat(meanSquare(ensemble, 0)).isCloseTo(0.01, within(0.01 * WITHIN));
    Arrays.fill(ensemble.positions(), 0);
    ensemble.step(1);
    assertThat(meanSquare(ensemble, 0)).isCloseTo(1e-4, within(1e-4 * WITHIN));
  }

  @Test
  void theGroupingOfStepsDoesNotMatter() {
    NoiseModel noise = GaussianNoise.of(new double[][] {{2, 1}, {1, 2}});
    SgdEnsemble together = ensemble(noise, OptimizerSettings.heavyBall(0.9), 0.05, 4);
    SgdEnsemble apart = ensemble(noise, OptimizerSettings.heavyBall(0.9), 0.05, 4);
    together.step(20);
    apart.step(13);
    apart.step(7);
    assertThat(apart.positions()).isEqualTo(together.positions());
  }

  private static SgdEnsemble ensemble(
      NoiseModel noise, OptimizerSettings optimizer, double eta, int batch) {
    return SgdEnsemble.at(
        BOWL,
        noise,
        optimizer,
        LearningRate.constant(eta),
        BatchSizeSchedule.constant(batch),
        new double[2],
        REPLICAS,
        12);
  }

  private static double meanSquare(Ensemble ensemble, int coordinate) {
    return Samples.meanSquare(ensemble.positions(), ensemble.replicas(), coordinate);
  }
}
