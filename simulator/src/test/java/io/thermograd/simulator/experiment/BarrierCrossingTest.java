package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BarrierCrossingTest {

  @Test
  void depopulationIsThatOfTheIntegral() {
    // scipy's quad over λ itself, S = 8/3.
    assertThat(BarrierCrossing.depopulation(0.02, 0.15)).isCloseTo(0.133093569, within(1e-8));
    assertThat(BarrierCrossing.depopulation(0.5, 0.15)).isCloseTo(0.932202922, within(1e-8));
    assertThat(BarrierCrossing.depopulation(5, 0.15)).isCloseTo(1, within(1e-9));
  }

  @Test
  void highFrictionIsOverdamped() {
    // Kramers' time is γ·2π/(ω₀ω_b)·e^(ΔU/T).
    double rate = BarrierCrossing.rate(1e3, 0.15);
    assertThat(rate * 1e3 * WellPair.kramers(0.15)).isCloseTo(1, within(1e-5));
  }

  @Test
  void lowFrictionIsEnergyDiffusion() {
    // A(Δ) → Δ: the rate over that of transition-state theory is γS/(2T).
    double rate = BarrierCrossing.rate(1e-5, 0.15) / BarrierCrossing.transitionState(0.15);
    assertThat(rate / (1e-5 * 8 / 3 / 0.3)).isCloseTo(1, within(0.02));
  }
}
