package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.train.BatchSampler;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkFaultsTest {

  @Test
  void aNanShowsFromItsStepOn() throws IOException {
    Recorded run = Recorded.of("nan-injection", 1);
    long step = run.truth().moment("nan_injected").step();
    assertThat(run.truth().moment("first_non_finite").step()).isEqualTo(step).isEqualTo(1_000);
    assertThat(run.truth().ending()).isEqualTo("failed");
    List<StepEvent> steps = run.steps();
    assertThat(steps.get(999).getNonfiniteCount()).isZero();
    assertThat(steps.get(1_000).getNonfiniteCount()).isEqualTo(1);
    assertThat(steps.get(1_001).getLoss()).isNaN();
    assertThat(steps).hasSize(1_201);
  }

  @Test
  void aKickKillsUnitsForGood() throws IOException {
    Recorded run = Recorded.of("dead-relus", 1);
    Truth truth = run.truth();
    assertThat(truth.moment("units_dead").step()).isBetween(1_501L, 1_506L);
    List<Truth.At> dead = truth.quantity("dead_units").values();
    assertThat(dead.get(0).value()[0][0]).isLessThan(8);
    assertThat(dead.get(dead.size() - 1).value()[0][0]).isGreaterThanOrEqualTo(16);
    assertThat(mean(run.steps(), 2_400, 2_500)).isGreaterThan(5 * mean(run.steps(), 1_400, 1_500));
  }

  @Test
  void aSaturatedNetworkLearnsNothingBelow() throws IOException {
    Truth truth = Recorded.of("vanishing-gradients", 1, 401).truth();
    assertThat(truth.moment("vanishing_from").step()).isZero();
    assertThat(truth.moments()).noneMatch(m -> m.kind().equals("vanishing_until"));
  }

  @Test
  void unshuffledExamplesAreOfOneClassOrTwo() throws IOException {
    Dataset digits = Digits.load();
    BatchSampler sampler =
        new ClassByClass(
            BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, digits.size(), 1), digits, 30);
    int[] batch = new int[64];
    for (int step = 0; step < 100; step++) {
      sampler.next(batch);
      long classes = Arrays.stream(batch).map(digits::label).distinct().count();
      assertThat(classes).isBetween(step < 30 ? 8L : 1L, step < 30 ? 10L : 2L);
    }
    Recorded run = Recorded.of("data-order-drift", 1);
    assertThat(run.truth().moment("drift_starts").step()).isEqualTo(1_500);
    // Gradients of batches far above what batches drawn at random would have: ‖G‖² + tr Σ/B.
    Truth truth = run.truth();
    double random =
        truth.quantity("gradient_sqnorm").values().get(8).value()[0][0]
            + truth.quantity("noise_trace").values().get(8).value()[0][0] / 64;
    double seen =
        run.steps().subList(1_900, 2_100).stream()
            .mapToDouble(StepEvent::getGradSqnorm)
            .average()
            .orElseThrow();
    assertThat(truth.quantity("noise_trace").values().get(8).step()).isEqualTo(2_000);
    assertThat(seen).isGreaterThan(3 * random);
  }

  @Test
  void aStaleRankSendsOldParameters() throws IOException {
    Recorded run = Recorded.of("stale-rank", 1);
    List<StepEvent> steps = run.steps();
    assertThat(run.truth().moment("stale_from").step()).isEqualTo(1_501);
    assertThat(run.truth().moment("stale_until").step()).isEqualTo(2_200);
    for (int step = 1_490; step < 2_210; step++) {
      boolean same =
          steps.get(4 * step).getParamSketch().equals(steps.get(4 * step + 2).getParamSketch());
      assertThat(same).as("step %d", step).isEqualTo(step <= 1_500 || step >= 2_200);
      assertThat(steps.get(4 * step + 1).getParamSketch())
          .isEqualTo(steps.get(4 * step).getParamSketch());
    }
  }

  @Test
  void fullBatchDescentStaysAtTheEdge() throws IOException {
    Truth truth = Recorded.of("edge-of-stability", 1, 1_700).truth();
    long reached = truth.moment("edge_reached").step();
    assertThat(reached).isBetween(300L, 1_100L);
    double edge = truth.quantity("edge").values().get(0).value()[0][0];
    List<Truth.At> sharpness = truth.quantity("sharpness").values();
    assertThat(sharpness.get(0).value()[0][0]).isLessThan(0.5 * edge);
    for (Truth.At at : sharpness) {
      if (at.step() > 1_200) {
        assertThat(at.value()[0][0] / edge).isBetween(0.9, 1.2);
      }
    }
  }

  private static double mean(List<StepEvent> steps, int from, int to) {
    return steps.subList(from, to).stream().mapToDouble(StepEvent::getLoss).average().orElse(0);
  }
}
