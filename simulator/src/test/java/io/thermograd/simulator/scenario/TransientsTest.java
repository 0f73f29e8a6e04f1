package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransientsTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aCatapultReturnsWhereItIsFlatter(long seed) throws IOException {
    Recorded run = Recorded.of("catapult", seed);
    Truth truth = run.truth();
    long peak = truth.moment("spike_peak").step();
    long end = truth.moment("spike_ends").step();
    assertThat(truth.moment("spike_starts").step()).isEqualTo(1_000);
    assertThat(peak).isBetween(1_001L, 1_050L);
    assertThat(end).isBetween(peak, 1_200L);
    List<StepEvent> steps = run.steps();
    double top = steps.stream().skip(1_000).mapToDouble(StepEvent::getLoss).max().orElseThrow();
    assertThat(steps.get((int) peak).getLoss()).isEqualTo(top);
    assertThat(top).isGreaterThan(1e4 * steps.get(999).getLoss());
    double eta = steps.get(1_500).getLearningRate();
    assertThat(eta * value(truth, "sharpness_before")).isBetween(2.5, 3.5);
    assertThat(eta * value(truth, "sharpness_after")).isLessThan(2);
    // It stays there.
    assertThat(steps.stream().skip(end + 100).mapToDouble(StepEvent::getLoss).max().orElseThrow())
        .isLessThan(1e-3 * top);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aPlateauDropsWhenTheTruthSaysSo(long seed) throws IOException {
    Recorded run = Recorded.of("plateau-then-drop", seed);
    long starts = run.truth().moment("drop_starts").step();
    long ends = run.truth().moment("drop_ends").step();
    List<StepEvent> steps = run.steps();
    double level = steps.get(0).getLoss();
    for (StepEvent step : steps) {
      if (step.getStep() < starts) {
        assertThat(step.getLoss()).isGreaterThanOrEqualTo(0.95 * level);
      }
      if (step.getStep() > starts && step.getStep() < ends) {
        assertThat(step.getLoss()).isGreaterThanOrEqualTo(0.05 * level);
      }
    }
    assertThat(starts).isBetween(300L, 1_500L);
    assertThat(ends - starts).isBetween(100L, 500L);
    assertThat(steps.get(2_999).getLoss()).isLessThan(1e-5 * level);
  }

  @Test
  void derivativesAreTheLimitsOfDifferences() {
    ProductLoss loss = new ProductLoss(3, 0.7);
    double[] x = {0.5, -1.2, 0.3, 0.8, 0.4, -0.6};
    double[] gradient = new double[6];
    loss.gradient(x, gradient);
    double[][] hessian = new double[6][6];
    loss.hessian(x, hessian);
    double h = 1e-5;
    double[] up = new double[6];
    double[] down = new double[6];
    for (int i = 0; i < 6; i++) {
      double kept = x[i];
      x[i] = kept + h;
      double above = loss.value(x);
      loss.gradient(x, up);
      x[i] = kept - h;
      double below = loss.value(x);
      loss.gradient(x, down);
      x[i] = kept;
      // A polynomial of degree 4: h²f‴/6 and 2⁻⁵³/h are both near 10⁻¹⁰.
      assertThat(gradient[i]).isCloseTo((above - below) / (2 * h), within(1e-9));
      for (int j = 0; j < 6; j++) {
        assertThat(hessian[i][j]).isCloseTo((up[j] - down[j]) / (2 * h), within(1e-9));
      }
    }
  }

  private static double value(Truth truth, String quantity) {
    return truth.quantity(quantity).values().get(0).value()[0][0];
  }
}
