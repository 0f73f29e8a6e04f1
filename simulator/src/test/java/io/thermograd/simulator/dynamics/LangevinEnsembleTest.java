package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LangevinEnsembleTest {
  private static final double[] CURVATURES = {1, 4, 0.25};
  private static final Landscape BOWL = Quadratic.diagonal(CURVATURES);

  @Test
  void stationaryVarianceHasTheDiscretisationBias() {
    double h = 0.2;
    double temperature = 0.7;
    int replicas = 100_000;
    LangevinEnsemble ensemble =
        LangevinEnsemble.at(BOWL, temperature, h, new double[3], replicas, 9);
    ensemble.step(300); // (1 − 0.05)^600 = 4e−14 of the start's variance is left
    for (int i = 0; i < 3; i++) {
      double kappa = CURVATURES[i];
      double expected = temperature / (kappa * (1 - h * kappa / 2));
      assertThat(Samples.meanSquare(ensemble.positions(), replicas, i) / expected)
          .isCloseTo(1, within(4.5 * Math.sqrt(2.0 / replicas)));
    }
  }

  @Test
  void noiseThatDependsOnThePlaceIsItos() {
    // dx = −κx dt + √(2(a + bx²)) dW: d⟨x²⟩/dt = −2κ⟨x²⟩ + 2(a + b⟨x²⟩); in steps of h exactly
    // m ← (1 − hκ)²m + 2h(a + bm). Kurtosis is bounded for b ≪ κ.
    double kappa = 2;
    double a = 0.5;
    double b = 0.2;
    double h = 0.05;
    int replicas = 100_000;
    LangevinEnsemble ensemble =
        LangevinEnsemble.ito(
            Quadratic.diagonal(kappa),
            (x, n, d) -> {
              for (int r = 0; r < n; r++) {
                d[r] = a + b * x[r] * x[r];
              }
            },
            h,
            new double[] {1},
            replicas,
            4);
    ensemble.step(400);
    double expected = 2 * h * a / (1 - (1 - h * kappa) * (1 - h * kappa) - 2 * h * b);
    assertThat(Samples.meanSquare(ensemble.positions(), replicas, 0) / expected)
        .isCloseTo(1, within(0.03));
  }

  @Test
  void oneStepIsEulerMaruyama() {
    LangevinEnsemble still = LangevinEnsemble.at(BOWL, 0, 0.1, new double[] {1, 1, 1}, 5, 1);
    still.step(2);
    for (int r = 0; r < 5; r++) {
      assertThat(still.positions()[r]).isCloseTo(0.81, within(1e-15));
      assertThat(still.positions()[5 + r]).isCloseTo(0.36, within(1e-15));
    }
    assertThat(still.steps()).isEqualTo(2);
  }

  @Test
  void theGroupingOfStepsDoesNotMatter() {
    double[] start = {1, 2, 3};
    LangevinEnsemble together = LangevinEnsemble.at(BOWL, 1, 0.1, start, 1_000, 7);
    LangevinEnsemble apart = LangevinEnsemble.at(BOWL, 1, 0.1, start, 1_000, 7);
    together.step(50);
    for (int s = 0; s < 10; s++) {
      apart.step();
    }
    apart.step(40);
    assertThat(apart.positions()).isEqualTo(together.positions());
  }

  @Test
  void aReplicaCanBeRestartedWithoutMovingTheOthers() {
    LangevinEnsemble one = LangevinEnsemble.at(BOWL, 1, 0.1, new double[3], 700, 3);
    LangevinEnsemble other = LangevinEnsemble.at(BOWL, 1, 0.1, new double[3], 700, 3);
    one.step(10);
    other.step(10);
    one.positions()[650] = 1e6;
    one.step(1);
    other.step(1);
    assertThat(one.positions()[650]).isGreaterThan(8e5);
    one.positions()[650] = other.positions()[650];
    assertThat(one.positions()).isEqualTo(other.positions());
  }

  @Test
  void replicasAndSeedsDiffer() {
    LangevinEnsemble ensemble = LangevinEnsemble.at(BOWL, 1, 0.1, new double[3], 2_000, 3);
    LangevinEnsemble other = LangevinEnsemble.at(BOWL, 1, 0.1, new double[3], 2_000, 4);
    ensemble.step();
    other.step();
    assertThat(Arrays.stream(ensemble.positions()).distinct().count()).isEqualTo(6_000);
    assertThat(other.positions()).isNotEqualTo(ensemble.positions());
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> LangevinEnsemble.at(BOWL, -1, 0.1, new double[3], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature should be at least 0 and finite: was -1.0");
    assertThatThrownBy(() -> LangevinEnsemble.at(BOWL, 1, 0, new double[3], 1, 1))
        .hasMessage("time step should be positive and finite: was 0.0");
    assertThatThrownBy(() -> LangevinEnsemble.at(BOWL, 1, 0.1, new double[2], 1, 1))
        .hasMessage("start should have the 3 dimensions of quadratic: was 2");
    assertThatThrownBy(() -> LangevinEnsemble.at(BOWL, 1, 0.1, new double[3], 0, 1))
        .hasMessage("replicas should be positive: was 0");
  }
}
