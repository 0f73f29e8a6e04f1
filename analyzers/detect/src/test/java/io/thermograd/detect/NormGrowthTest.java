package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs that are watched by the norm of their gradients or updates. */
class NormGrowthTest {
  /** A tenth of noise on a norm, whose square then grows by a fifth a step. */
  private static void soar(
      DetectedRun run, BiFunction<TrainingStep.Builder, Double, TrainingStep> told) {
    SplittableRandom random = new SplittableRandom(5);
    for (int t = 0; t < 500; t++) {
      double square =
          (t < 300 ? 1 : Math.pow(1.2, t - 300)) * Math.exp(0.1 * random.nextGaussian());
      run.accept(
          told.apply(TrainingStep.at(run.step, run.step).learningRate(0.1).batchSize(32), square));
    }
  }

  @Test
  void whereNoLossIsSentTheNormThatGrowsIsNamed() {
    DetectedRun run = new DetectedRun();
    soar(run, (step, square) -> step.gradSqnorm(square).build());
    assertThat(run.opened())
        .extracting(Alert::kind, Alert::severity)
        .containsExactly(
            tuple("loss_growth", Severity.WARNING), tuple("divergence", Severity.CRITICAL));
    assertThat(run.opened().get(0).title()).startsWith("The gradient norm soars");
    assertThat(run.opened().get(0).next()).startsWith("Send the loss").contains("plateau");
    String evidence = run.opened().get(1).evidence();
    // √1.2 a step, and 1.2ⁿ at float32's largest some 30 steps after it began.
    assertThat(evidence)
        .startsWith("gradient norm ")
        .containsPattern("grows by (9|10)\\.?\\d* % a step");
    Matcher steps = Pattern.compile("overflows in (\\d+) steps").matcher(evidence);
    assertThat(steps.find()).isTrue();
    long since = run.opened().get(1).step() - 300;
    double left = Math.log(Float.MAX_VALUE) / Math.log(1.2) - since;
    assertThat(Double.parseDouble(steps.group(1))).isCloseTo(left, withinPercentage(10));
    assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
    assertThat(run.verdict().why()).contains("gradient norms are about");
    run.alerts.forEach(DetectedRun::sane);

    DetectedRun updates = new DetectedRun();
    soar(updates, (step, square) -> step.motion(new Motion(new float[0], square, null)).build());
    assertThat(updates.opened().get(0).title()).startsWith("The update norm soars");
  }

  /**
   * A run that leaves a plateau: ever larger gradients, all in one direction, are no divergence.
   */
  @Test
  void aNormThatGrowsStraightOnIsNoDivergence() {
    for (int turn : new int[] {1, -1}) {
      DetectedRun run = new DetectedRun();
      SplittableRandom random = new SplittableRandom(7);
      for (int t = 0; t < 400; t++) {
        double grown = Math.pow(1.1, Math.max(0, t - 300)) * (turn < 0 && t % 2 == 0 ? -1 : 1);
        float[] g = new float[16];
        for (int i = 0; i < g.length; i++) {
          g[i] = (float) ((t < 300 ? 0 : grown) + 0.3 * random.nextGaussian());
        }
        run.accept(
            TrainingStep.at(run.step, run.step)
                .learningRate(0.1)
                .batchSize(32)
                .examples(new int[] {32})
                .sketches(new float[][] {g})
                .build());
      }
      if (turn > 0) {
        assertThat(run.opened()).isEmpty();
      } else {
        assertThat(run.opened().get(0).title()).startsWith("The gradient norm soars");
        // It turns: that is no plateau.
        assertThat(run.opened().get(0).next()).doesNotContain("plateau");
      }
    }
  }

  @Test
  void aLossThatComesLateIsWhatCounts() {
    DetectedRun run = new DetectedRun();
    soar(run, (step, square) -> step.gradSqnorm(square).build());
    run.loss(1);
    // What soared is followed no more, and nothing stays open.
    assertThat(run.alerts.get(run.alerts.size() - 1).state()).isEqualTo(Alert.State.CLOSED);
    for (int t = 0; t < 200; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    assertThat(run.regime()).isNotEqualTo(Regime.DIVERGING);
    assertThat(run.verdict().title()).doesNotContain("no loss");
  }

  @Test
  void theGradientIsSaidToGoFirstWhereItDoes() {
    DetectedRun run = new DetectedRun();
    SplittableRandom random = new SplittableRandom(6);
    for (int t = 0; t < 360; t++) {
      double grown = Math.max(0, t - 300);
      run.accept(
          TrainingStep.at(run.step, run.step)
              .loss(Math.pow(1.1, grown) * Math.exp(0.02 * random.nextGaussian()))
              .gradSqnorm(Math.pow(1.6, grown) * Math.exp(0.05 * random.nextGaussian()))
              .learningRate(0.1)
              .batchSize(32)
              .build());
    }
    assertThat(run.opened().get(run.opened().size() - 1).evidence())
        .startsWith("loss ")
        .contains("; it grows by ")
        .contains("; the gradient norm goes first, it grows by 26");
  }
}
