package io.thermograd.detect.divergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GradientSignalTest {
  private static TrainingStep step(
      @Nullable Double sqnorm, @Nullable Double update, float[]... sketches) {
    int[] examples = new int[sketches.length];
    java.util.Arrays.fill(examples, 1);
    return TrainingStep.at(0, 0)
        .loss(1.0)
        .learningRate(0.5)
        .batchSize(1)
        .examples(examples)
        .sketches(sketches)
        .gradSqnorm(sqnorm)
        .motion(new Motion(new float[0], update, null))
        .build();
  }

  @Test
  void aTurnOfTheMeanGradientCountsInFullAndNothingElseByMoreThanATwentieth() {
    var signal = new GradientSignal();
    assertThat(signal.accept(step(1.0, null, new float[] {3, 0}, new float[] {5, 0}))).isNaN();
    // Means (4, 0), then (−8, 0): turned, so all of 8².
    assertThat(signal.accept(step(1.0, null, new float[] {-8, 1}, new float[] {-8, -1})))
        .isCloseTo(64, within(1e-5));
    // (0, 2) is at right angles to (−8, 0).
    assertThat(signal.accept(step(1.0, null, new float[] {0, 2}))).isCloseTo(0.2, within(1e-5));
    assertThat(signal.kind()).isEqualTo(GradientSignal.Kind.TURN);
  }

  @Test
  void withoutSketchesItIsTheNormAndWithoutTheNormTheUpdate() {
    var signal = new GradientSignal();
    assertThat(signal.accept(step(7.0, 2.0))).isEqualTo(7);
    assertThat(signal.kind()).isEqualTo(GradientSignal.Kind.NORM);
    assertThat(signal.accept(step(null, 2.0))).isEqualTo(8);
    assertThat(signal.kind()).isEqualTo(GradientSignal.Kind.UPDATE);
    assertThat(signal.accept(step(null, null))).isNaN();
    assertThat(signal.kind()).isEqualTo(GradientSignal.Kind.NONE);
  }

  @Test
  void overflowIsNoSignalAndIsForgottenAfterOneStep() {
    var signal = new GradientSignal();
    signal.accept(step(1.0, null, new float[] {1, 0}));
    assertThat(signal.accept(step(1.0, null, new float[] {Float.NaN, 0}))).isNaN();
    assertThat(signal.accept(step(1.0, null, new float[] {1, 0}))).isNaN();
    assertThat(signal.accept(step(1.0, null, new float[] {-1, 0}))).isEqualTo(1);
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    var whole = new GradientSignal();
    whole.accept(step(1.0, null, new float[] {1, 2}));
    var restored = new GradientSignal();
    States.copy(whole::writeTo, restored::readFrom);
    TrainingStep next = step(1.0, null, new float[] {-1, 1});
    assertThat(restored.accept(next)).isEqualTo(whole.accept(next));
    assertThat(States.bytes(restored::writeTo)).isEqualTo(States.bytes(whole::writeTo));
  }
}
