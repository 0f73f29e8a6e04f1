package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final Mlp SMALL = Mlp.relu(64, 8, 10);
  private static final Evaluator ALL = new Evaluator(SMALL, Digits.load());
  private static final double[] SMALL_START =
      new ClassifierTask(SMALL, Digits.load(), 0, SamplingScheme.WITH_REPLACEMENT, 0, 1)
          .get()
          .theta();

  @Test
  void learnsTheDigits() {
    Split split = Split.of(Digits.load(), 360, 1);
    Mlp mlp = Mlp.relu(64, 128, 10);
    TrainingPlan plan = plan(LearningRate.constant(0.05), 0.9, 1500);
    Start start =
        new ClassifierTask(mlp, Digits.load(), 360, SamplingScheme.WITHOUT_REPLACEMENT, 0, 1).get();
    TrainingResult result =
        new Trainer(start.source(), start.theta(), plan, 1).run(step -> {}, () -> false);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.COMPLETED);
    assertThat(new Evaluator(mlp, split.test()).accuracy(result.rounded()))
        .isGreaterThanOrEqualTo(0.96);
  }

  @Test
  void followsTheHeavyBallRecursion() {
    double beta = 0.75;
    double eta = 0.125;
    TrainingPlan plan = plan(LearningRate.constant(eta), beta, 4);
    double[] theta = SMALL_START.clone();
    double[] velocity = new double[theta.length];
    TrainingResult result =
        new Trainer(source(2), theta, plan, 2)
            .run(
                step -> {
                  for (int p = 0; p < theta.length; p++) {
                    assertThat(step.theta()[p]).isEqualTo((float) theta[p]);
                    velocity[p] = beta * velocity[p] + step.meanGradient()[p];
                    theta[p] -= eta * velocity[p];
                  }
                },
                () -> false);
    assertThat(result.theta()).isEqualTo(theta);
  }

  @Test
  void aPenaltyShowsInLossesAndGradients() {
    OptimizerSettings settings = new OptimizerSettings.Sgd(0.3);
    TrainingPlan plan = TrainingPlan.of(settings, LearningRate.constant(0.1), Batches.of(4, 16), 2);
    TrainingPlan plain =
        TrainingPlan.of(OptimizerSettings.sgd(), LearningRate.constant(0.1), Batches.of(4, 16), 1);
    double[] loss = new double[1];
    float[][] gradients = new float[4][];
    new Trainer(source(2), SMALL_START, plain, 2)
        .run(
            step -> {
              loss[0] = step.loss();
              Arrays.setAll(gradients, j -> step.gradients()[j].clone());
            },
            () -> false);
    new Trainer(source(2), SMALL_START, plan, 2)
        .run(
            step -> {
              if (step.step() > 0) {
                return;
              }
              double sqnorm = 0;
              for (int p = 0; p < SMALL_START.length; p++) {
                double t = SMALL_START[p];
                sqnorm += t * t;
                assertThat(step.update()[p])
                    .isCloseTo(-0.1 * step.meanGradient()[p], within(1e-15));
                for (int j = 0; j < 4; j++) {
                  assertThat((double) step.gradients()[j][p])
                      .isCloseTo(gradients[j][p] + 0.3 * t, within(1e-7));
                }
              }
              assertThat(step.loss()).isCloseTo(loss[0] + 0.15 * sqnorm, within(1e-12 * sqnorm));
            },
            () -> false);
  }

  @Test
  void aStaleRankKeepsTheParametersItHad() {
    TrainingPlan plan =
        TrainingPlan.of(
                OptimizerSettings.sgd(),
                LearningRate.constant(0.1),
                new Batches(3, 1, BatchSizeSchedule.constant(16)),
                8)
            .withFaults(new Fault.StaleRank(1, 3, 6));
    List<float[]> right = new ArrayList<>();
    float[] expected = new float[SMALL_START.length];
    BatchSampler sampler = BatchSampler.of(SamplingScheme.WITH_REPLACEMENT, ALL.examples(), 7);
    int[] batch = new int[48];
    new Trainer(source(SamplingScheme.WITH_REPLACEMENT, 7), SMALL_START, plan, 2)
        .run(
            step -> {
              right.add(step.theta().clone());
              int s = (int) step.step();
              assertThat(step.replicas()[1]).isEqualTo(right.get(s > 3 && s < 6 ? 3 : s));
              assertThat(step.replicas()[2]).isEqualTo(right.get(s));
              sampler.next(batch);
              ALL.gradient(step.replicas()[1], batch, 16, 32, expected);
              assertThat(step.gradients()[1]).isEqualTo(expected);
            },
            () -> false);
    assertThat(right.get(4)).isNotEqualTo(right.get(3));
  }

  @Test
  void aBrokenGradientEndsTheRunSoonAfter() {
    TrainingPlan plan =
        plan(LearningRate.constant(0.1), 0.9, 100).withFaults(new Fault.NonFinite(30, 2, 5));
    TrainingResult result = run(plan, 1);
    assertThat(result.firstNonFinite()).isEqualTo(30);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.NON_FINITE);
    assertThat(result.steps()).isEqualTo(30 + 1 + 20);
  }

  @Test
  void showsTheMicroBatchesAtTheParametersBeforeTheUpdate() {
    TrainingPlan plan = plan(LearningRate.constant(0.1), 0, 3);
    BatchSampler sampler =
        BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, ALL.data().size(), 6);
    int[] batch = new int[64];
    float[] expected = new float[SMALL.parameterCount()];
    new Trainer(source(6), SMALL_START, plan, 6)
        .run(
            step -> {
              sampler.next(batch);
              double loss = ALL.loss(step.theta(), batch, 0, batch.length);
              assertThat(step.loss()).isCloseTo(loss, within(1e-12 * loss));
              for (int j = 0; j < 4; j++) {
                ALL.gradient(step.theta(), batch, j * 16, (j + 1) * 16, expected);
                assertThat(step.gradients()[j]).isEqualTo(expected);
              }
            },
            () -> false);
  }

  @Test
  void sameSeedSameBits() {
    TrainingPlan plan = plan(LearningRate.constant(0.1), 0.9, 60);
    double[] once = run(plan, 4).theta();
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
        new Trainer(source(1), SMALL_START, plan(LearningRate.constant(0.1), 0.9, 60), 1)
            .run(step -> seen.add(step.step()), () -> seen.size() == 7);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.STOPPED);
    assertThat(result.steps()).isEqualTo(7);
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void namesBadSettings() {
    LearningRate rate = LearningRate.constant(1);
    assertThatThrownBy(() -> plan(rate, 0, 0)).hasMessage("steps should be at least 1: was 0");
    assertThatThrownBy(() -> Batches.of(0, 16))
        .hasMessage("micro-batches should be at least 1: was 0");
    TrainingPlan plan = plan(rate, 0, 10);
    assertThatThrownBy(() -> plan.withFaults(new Fault.StaleRank(1, 3, 6)))
        .hasMessage("stale rank should be below the number of ranks, 1: was 1");
    assertThatThrownBy(() -> plan.withFaults(new Fault.NonFinite(3, 4, 0)))
        .hasMessage("broken micro-batch should be below their number, 4: was 4");
    assertThatThrownBy(() -> new Fault.StaleRank(0, 3, 6))
        .hasMessage("stale rank should be at least 1: was 0");
    assertThatThrownBy(() -> new Trainer(source(1), new double[3], plan, 1))
        .hasMessage("theta should have 610 elements: had 3");
    TrainingPlan large = TrainingPlan.of(OptimizerSettings.sgd(), rate, Batches.of(2, 1000), 10);
    assertThatThrownBy(() -> new Trainer(source(1), SMALL_START, large, 1))
        .hasMessage("batch size should be at most the data set's 1797 examples: was 2000");
  }

  private static TrainingResult run(TrainingPlan plan, long seed) {
    return new Trainer(source(seed), SMALL_START, plan, seed).run(step -> {}, () -> false);
  }

  private static GradientSource source(long seed) {
    return source(SamplingScheme.WITHOUT_REPLACEMENT, seed);
  }

  private static GradientSource source(SamplingScheme sampling, long seed) {
    return new ObjectiveSource(ALL, sampling, seed);
  }

  private static TrainingPlan plan(LearningRate rate, double momentum, long steps) {
    return new TrainingPlan(
        OptimizerSettings.heavyBall(momentum), rate, Batches.of(4, 16), steps, 20, List.of());
  }
}
