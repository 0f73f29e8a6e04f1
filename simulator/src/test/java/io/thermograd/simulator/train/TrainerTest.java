package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.LearningRate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final Mlp SMALL = Mlp.relu(64, 8, 10);
  private static final Evaluator ALL = new Evaluator(SMALL, Digits.load());

  @Test
  void learnsTheDigits() {
    Split split = Split.of(Digits.load(), 360, 1);
    Mlp mlp = Mlp.relu(64, 128, 10);
    TrainingPlan plan = plan(LearningRate.constant(0.05), 0.9, 1500);
    TrainingResult result =
        new Trainer(new Evaluator(mlp, split.train()), mlp.initialise(1), plan, 1)
            .run(step -> {}, () -> false);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.COMPLETED);
    assertThat(new Evaluator(mlp, split.test()).accuracy(result.theta()))
        .isGreaterThanOrEqualTo(0.96);
  }

  @Test
  void followsTheHeavyBallRecursion() {
    double beta = 0.75;
    double eta = 0.125;
    TrainingPlan plan = plan(LearningRate.constant(eta), beta, 4);
    List<float[]> thetas = new ArrayList<>();
    List<float[]> gradients = new ArrayList<>();
    TrainingResult result =
        new Trainer(ALL, SMALL.initialise(2), plan, 2)
            .run(
                step -> {
                  thetas.add(step.theta().clone());
                  gradients.add(step.meanGradient().clone());
                },
                () -> false);
    thetas.add(result.theta());
    assertThat(thetas.get(0)).isEqualTo(SMALL.initialise(2));
    double[] velocity = new double[thetas.get(0).length];
    for (int t = 0; t < 4; t++) {
      for (int p = 0; p < velocity.length; p++) {
        velocity[p] = beta * velocity[p] + gradients.get(t)[p];
        // θ ≲ 2 in float32: one rounding of 2⁻²³ a step.
        assertThat((double) thetas.get(t + 1)[p])
            .isCloseTo(thetas.get(t)[p] - eta * velocity[p], within(3e-7));
      }
    }
  }

  @Test
  void showsTheMicroBatchesAtTheParametersBeforeTheUpdate() {
    TrainingPlan plan = plan(LearningRate.constant(0.1), 0, 3);
    BatchSampler sampler = BatchSampler.of(plan.sampling(), ALL.data().size(), 6);
    int[] batch = new int[plan.batchSize()];
    float[] expected = new float[SMALL.parameterCount()];
    new Trainer(ALL, SMALL.initialise(3), plan, 6)
        .run(
            step -> {
              sampler.next(batch);
              double loss = ALL.loss(step.theta(), batch, 0, batch.length);
              assertThat(step.loss()).isCloseTo(loss, within(1e-12 * loss));
              for (int j = 0; j < plan.microBatches(); j++) {
                ALL.gradient(step.theta(), batch, j * 16, (j + 1) * 16, expected);
                assertThat(step.gradients()[j]).isEqualTo(expected);
              }
            },
            () -> false);
  }

  @Test
  void sameSeedSameBits() {
    TrainingPlan plan = plan(LearningRate.constant(0.1), 0.9, 60);
    float[] once = run(plan, 4).theta();
    assertThat(run(plan, 4).theta()).isEqualTo(once);
    assertThat(run(plan, 5).theta()).isNotEqualTo(once);
  }

  @Test
  void goesOnAfterOverflowForAsLongAsPlanned() {
    TrainingPlan plan = plan(LearningRate.constant(0.1).times(1e36, 10), 0.9, 200);
    TrainingResult result = run(plan, 1);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.NON_FINITE);
    assertThat(result.firstNonFinite()).isBetween(11L, 20L);
    assertThat(result.steps()).isEqualTo(result.firstNonFinite() + 1 + plan.stepsAfterNonFinite());
  }

  @Test
  void stopsWhenAsked() {
    List<Long> seen = new ArrayList<>();
    TrainingResult result =
        new Trainer(ALL, SMALL.initialise(1), plan(LearningRate.constant(0.1), 0.9, 60), 1)
            .run(step -> seen.add(step.step()), () -> seen.size() == 7);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.STOPPED);
    assertThat(result.steps()).isEqualTo(7);
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void schedulesTheLearningRate() {
    LearningRate rate = LearningRate.constant(0.5).times(4, 10).times(0.25, 20);
    assertThat(Arrays.asList(rate.at(0), rate.at(9), rate.at(10), rate.at(19), rate.at(20)))
        .containsExactly(0.5, 0.5, 2.0, 2.0, 0.5);
  }

  @Test
  void namesBadSettings() {
    assertThatThrownBy(() -> LearningRate.constant(0))
        .hasMessage("learning rate should be positive and finite: was 0.0");
    assertThatThrownBy(() -> LearningRate.constant(1).times(Double.NaN, 1))
        .hasMessage("learning rate factor should be positive and finite: was NaN");
    assertThatThrownBy(() -> plan(LearningRate.constant(1), 1, 1))
        .hasMessage("momentum should be in [0, 1): was 1.0");
    assertThatThrownBy(() -> plan(LearningRate.constant(1), 0, 0))
        .hasMessage("steps should be at least 1: was 0");
  }

  private static TrainingResult run(TrainingPlan plan, long seed) {
    return new Trainer(ALL, SMALL.initialise(1), plan, seed).run(step -> {}, () -> false);
  }

  private static TrainingPlan plan(LearningRate rate, double momentum, long steps) {
    return new TrainingPlan(rate, momentum, 4, 16, SamplingScheme.WITHOUT_REPLACEMENT, steps, 20);
  }
}
