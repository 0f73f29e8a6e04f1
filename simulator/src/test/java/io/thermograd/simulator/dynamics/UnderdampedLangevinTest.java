package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import org.junit.jupiter.api.Test;

class UnderdampedLangevinTest {
  private static final int REPLICAS = 60_000;
  private static final double WITHIN = 4.5 * Math.sqrt(2.0 / REPLICAS);

  @Test
  void positionsOfAQuadraticHaveNoDiscretisationBias() {
    double[] kappa = {1, 9};
    double h = 0.4;
    double temperature = 0.6;
    for (double friction : new double[] {0.5, 3, 30}) {
      UnderdampedLangevin ensemble =
          UnderdampedLangevin.at(
              Quadratic.diagonal(kappa), temperature, friction, h, new double[2], REPLICAS, 6);
      ensemble.step(friction > 10 ? 1_000 : 200);
      for (int i = 0; i < 2; i++) {
        double position = Samples.meanSquare(ensemble.positions(), REPLICAS, i);
        double velocity = Samples.meanSquare(ensemble.velocities(), REPLICAS, i);
        assertThat(position * kappa[i] / temperature).isCloseTo(1, within(WITHIN));
        assertThat(velocity / temperature).isCloseTo(1 - h * h * kappa[i] / 4, within(WITHIN));
      }
    }
  }

  @Test
  void velocitiesBeginThermal() {
    UnderdampedLangevin ensemble =
        UnderdampedLangevin.at(Quadratic.diagonal(1), 3, 1, 0.1, new double[1], REPLICAS, 2);
    assertThat(Samples.meanSquare(ensemble.velocities(), REPLICAS, 0) / 3)
        .isCloseTo(1, within(WITHIN));
  }

  @Test
  void followsGibbsInTheDoubleWell() {
    Landscape wells = DoubleWell.line();
    double temperature = 0.5;
    UnderdampedLangevin ensemble =
        UnderdampedLangevin.at(wells, temperature, 1, 0.05, new double[] {1}, REPLICAS, 3);
    ensemble.step(1_600); // 80 units of time
    var gibbs = Samples.cdf(x -> Math.exp(-wells.value(new double[] {x}) / temperature), -3.5, 3.5);
    assertThat(Samples.kolmogorov(ensemble.positions(), gibbs)).isLessThan(Samples.KOLMOGOROV);
  }

  @Test
  void withoutFrictionItIsLeapfrog() {
    UnderdampedLangevin ensemble =
        UnderdampedLangevin.at(Quadratic.diagonal(1), 0, 0, 0.1, new double[] {1}, 1, 1);
    ensemble.step(10);
    // cos φ = 1 − h²/2 turns the phase by φ a step: x_n = cos(nφ) from rest.
    assertThat(ensemble.positions()[0])
        .isCloseTo(Math.cos(10 * Math.acos(1 - 0.005)), within(1e-13));
  }

  @Test
  void groupingDoesNotMatterAndVelocitiesCanBeSet() {
    UnderdampedLangevin together =
        UnderdampedLangevin.at(DoubleWell.plane(), 1, 1, 0.1, new double[2], 700, 2);
    UnderdampedLangevin apart =
        UnderdampedLangevin.at(DoubleWell.plane(), 1, 1, 0.1, new double[2], 700, 2);
    together.step(30);
    apart.step(11);
    apart.step(19);
    assertThat(apart.positions()).isEqualTo(together.positions());
    assertThat(apart.velocities()).isEqualTo(together.velocities());
    apart.velocities()[650] = 1e6;
    apart.step(1);
    assertThat(Math.abs(apart.positions()[650])).isGreaterThan(1e4);
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(
            () -> UnderdampedLangevin.at(DoubleWell.line(), 1, -1, 0.1, new double[1], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("friction should be at least 0 and finite: was -1.0");
  }
}
