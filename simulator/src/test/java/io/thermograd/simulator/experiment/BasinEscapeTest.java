package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.Landscapes;
import org.junit.jupiter.api.Test;

class BasinEscapeTest {

  /** (x² − 1)² + y²: 2π/√(8·4)·e^{1/T}, section 9.6 of QUANTITIES.md. */
  @Test
  void theDoubleWellHasOneWayOut() {
    BasinMap map = BasinMap.of(Landscapes.named("double-well-2d"));
    assertThat(BasinEscape.eyringKramers(map, 0, 0.2))
        .isCloseTo(2 * Math.PI / Math.sqrt(32) * Math.exp(5), within(1e-6));
  }

  /** Each corner of the square has two equal ways out: half the time. */
  @Test
  void ratesOfSeveralPassesAdd() {
    BasinMap map = BasinMap.of(Landscapes.named("corners"));
    assertThat(BasinEscape.eyringKramers(map, 2, 0.2))
        .isCloseTo(Math.PI / Math.sqrt(32) * Math.exp(5), within(1e-6));
  }
}
