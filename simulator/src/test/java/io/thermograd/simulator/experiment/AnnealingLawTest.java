package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import org.junit.jupiter.api.Test;

class AnnealingLawTest {
  private static final double CURVATURE = 4;
  private static final double VARIANCE = 100;

  @Test
  void followsTheVarianceOfSgdOnAQuadraticWhileItCools() {
    LearningRate rate = LearningRate.constant(0.02).times(0.25, 400);
    BatchSizeSchedule batch = BatchSizeSchedule.change(8, 16, 600);
    AnnealingLaw law = new AnnealingLaw(Quadratic.diagonal(CURVATURE), VARIANCE, 0.0025, -2);
    double variance = 0; // exact: V ← (1 − ηκ)²V + η²σ²/B
    for (long step = 0; step < 900; step++) {
      if (step % 4 == 0) {
        law.advance(rate, batch, step, step + 4);
      }
      double eta = rate.at(step);
      double kept = 1 - eta * CURVATURE;
      variance = kept * kept * variance + eta * eta * VARIANCE / batch.at(step);
      // Settled, and two relaxation times after each change.
      if (step == 399 || step == 599 || step == 899) {
        // ηκ = 0.08 squared is 0.6 %; the scheme's own error is of that size.
        assertThat(law.loss())
            .isCloseTo(0.5 * CURVATURE * variance, within(0.015 * 0.5 * CURVATURE * variance));
      }
    }
    assertThat(law.reached()).isLessThan(1e-3);
  }
}
