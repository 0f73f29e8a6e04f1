package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.DoubleWell;
import org.junit.jupiter.api.Test;

class WellPairTest {

  @Test
  void barrierAndPrefactorAreThoseOfTheCurve() {
    assertThat(WellPair.barrier()).isEqualTo(1);
    assertThat(WellPair.curvature(1)).isEqualTo(8);
    assertThat(WellPair.curvature(0)).isEqualTo(-4);
    assertThat(WellPair.prefactor()).isCloseTo(1.1107207345395915, within(1e-14));
    assertThat(WellPair.left(DoubleWell.plane())).containsExactly(-1, 0);
  }

  @Test
  void passageTimesAreThoseOfTheDoubleIntegral() {
    // numpy 1.24.2: (1/T)∫e^(U/T)∫e^(−U/T) by the trapezium rule on 200,001 points.
    assertThat(WellPair.exact(0.1, 0.8) / 25525.905031).isCloseTo(1, within(2e-3));
    assertThat(WellPair.exact(0.15, 0.8) / 935.077255).isCloseTo(1, within(2e-3));
    assertThat(WellPair.exact(0.2, 0) / 90.475940).isCloseTo(1, within(2e-3));
  }

  @Test
  void relaxationIsTwiceAsFastAsCrossing() {
    assertThat(WellPair.relaxationTime(0.1) / WellPair.exact(0.1, 1)).isCloseTo(0.5, within(1e-3));
  }
}
