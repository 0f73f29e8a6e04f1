package io.thermograd.estimate.fluctuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class FluctuationsTest {
  private static final int P = 20;
  private static final int[] EXAMPLES = {4, 4, 4};
  private static final double HALF_LIFE = 20;

  /** With blocks of 64 steps at most: all is told after 32 + 6·32 steps. */
  private static final int ENOUGH = 400;

  /** SGD on ½κ‖θ‖², κ = 1, and the two estimators that see it. */
  private static final class Run {
    final NoiseEstimator noise;
    final Fluctuations fluctuations;
    final double[] theta = new double[P];
    double eta = 0.3;
    double loss = 1;

    Run(RunSettings settings) {
      noise = new NoiseEstimator(settings, HALF_LIFE);
      fluctuations = new Fluctuations(settings, HALF_LIFE);
    }

    void go(SplittableRandom random, long from, long to) {
      for (long t = from; t < to; t++) {
        TrainingStep step = step(random, t);
        accept(step);
        for (int i = 0; i < P; i++) {
          for (float[] g : step.sketches()) {
            theta[i] -= eta * g[i] / EXAMPLES.length;
          }
        }
      }
    }

    TrainingStep step(SplittableRandom random, long t) {
      float[][] g = new float[EXAMPLES.length][];
      for (int j = 0; j < g.length; j++) {
        g[j] = Draws.normal(random, theta, Draws.filled(P, 1), EXAMPLES[j]);
      }
      float[] params = new float[P];
      for (int i = 0; i < P; i++) {
        params[i] = (float) theta[i];
      }
      return with(t, eta, g, params, loss, false);
    }

    void accept(TrainingStep step) {
      noise.accept(step);
      fluctuations.accept(step, noise);
      noise.endStep();
    }

    QuantityList read() {
      QuantityList list = new QuantityList();
      fluctuations.describe(list, null);
      return list;
    }
  }

  private static TrainingStep with(
      long t,
      @Nullable Double eta,
      float[][] g,
      float[] params,
      @Nullable Double loss,
      boolean nonFinite) {
    return TrainingStep.at(t, t)
        .loss(loss)
        .learningRate(eta)
        .batchSize(12)
        .examples(EXAMPLES)
        .sketches(g)
        .nonFinite(nonFinite)
        .motion(new Motion(params, null, null))
        .build();
  }

  @RepeatedTest(10)
  void goesOnBitForBitAfterARestore(RepetitionInfo info) {
    long seed = info.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    int cut = random.nextInt(2 * ENOUGH);
    Run whole = new Run(Draws.WHOLE);
    whole.go(random, 0, cut);
    Run restored = new Run(Draws.WHOLE);
    Draws.copy(whole.noise::writeTo, restored.noise::readFrom);
    Draws.copy(whole.fluctuations::writeTo, restored.fluctuations::readFrom);
    System.arraycopy(whole.theta, 0, restored.theta, 0, P);
    SplittableRandom other = new SplittableRandom(-seed);
    SplittableRandom same = new SplittableRandom(-seed);
    whole.go(other, cut, cut + ENOUGH);
    restored.go(same, cut, cut + ENOUGH);
    assertThat(restored.read().quantities()).isEqualTo(whole.read().quantities()).isNotEmpty();
    assertThat(restored.read().absent()).isEqualTo(whole.read().absent());
    assertThat(Draws.bytes(restored.fluctuations::writeTo))
        .isEqualTo(Draws.bytes(whole.fluctuations::writeTo));
  }

  @Test
  void whatIsNotFiniteChangesNothing() {
    Run run = new Run(Draws.WHOLE);
    SplittableRandom random = new SplittableRandom(1);
    run.go(random, 0, ENOUGH);
    byte[] before = Draws.bytes(run.fluctuations::writeTo);
    TrainingStep good = run.step(random, ENOUGH);
    float[] params = good.motion().paramSketch();
    float[] broken = params.clone();
    broken[3] = Float.NaN;
    float[] huge = params.clone();
    huge[3] = Float.POSITIVE_INFINITY;
    run.accept(with(ENOUGH, run.eta, good.sketches(), broken, 1.0, false));
    run.accept(with(ENOUGH + 1, run.eta, good.sketches(), huge, 1.0, false));
    run.accept(with(ENOUGH + 2, run.eta, good.sketches(), params, 1.0, true));
    run.accept(with(ENOUGH + 3, null, good.sketches(), params, 1.0, false));
    assertThat(Draws.bytes(run.fluctuations::writeTo)).isEqualTo(before);
  }

  @Test
  void saysWhatIsMissing() {
    Run none = new Run(Draws.WHOLE);
    TrainingStep step = none.step(new SplittableRandom(1), 0);
    none.accept(with(0, 0.3, step.sketches(), new float[0], 1.0, false));
    assertThat(none.read().absent())
        .hasSize(8)
        .allSatisfy((name, reason) -> assertThat(reason).contains("param_sketch"));
    RunSettings adam = RunSettings.of(Optimizer.ADAM);
    assertThat(new Run(adam).read().absent())
        .hasSize(8)
        .allSatisfy((name, reason) -> assertThat(reason).contains("adam"));
    Run early = new Run(Draws.WHOLE);
    early.go(new SplittableRandom(1), 0, 100);
    assertThat(early.read().absent())
        .hasSize(8)
        .allSatisfy((name, reason) -> assertThat(reason).contains("100 of 224"));
  }

  @Test
  void anotherLearningRateBeginsAnew() {
    Run run = new Run(Draws.WHOLE);
    SplittableRandom random = new SplittableRandom(1);
    run.go(random, 0, ENOUGH);
    assertThat(run.read().quantities()).containsKey("loss_change_double_batch");
    // A few steps of it do not; an epoch's last batch is shorter, too.
    run.eta = 0.2;
    run.go(random, ENOUGH, ENOUGH + 7);
    assertThat(run.read().quantities()).containsKey("loss_change_double_batch");
    run.go(random, ENOUGH + 7, ENOUGH + 17);
    assertThat(run.read().absent()).hasSize(8);
    run.go(random, ENOUGH + 17, 2 * ENOUGH + 17);
    assertThat(run.read().quantities()).containsKey("loss_change_double_batch");
  }

  /** E = ½Σκ·Var = ¼·P·ησ²/(1 − ηκ/2) with σ² = 1/12, the variance of a mean of 12. */
  @Test
  void theEnergyIsThatOfTheStationaryLaw() {
    Run run = new Run(Draws.WHOLE);
    run.go(new SplittableRandom(1), 0, 2_000);
    double exact = 0.25 * P * 0.3 / 12 / (1 - 0.15);
    assertThat(run.read().quantities())
        .hasEntrySatisfying(
            "thermal_energy_measured", q -> assertThat(q.low()).isBetween(0.8 * exact, exact))
        .hasEntrySatisfying(
            "thermal_energy_measured", q -> assertThat(q.high()).isBetween(exact, 1.2 * exact));
  }

  /** The same run under losses that leave room for all of the change, for some of it, for none. */
  @Test
  void noLossOfWhichNoneWasNegativeIsPredictedToFallBelowZero() {
    String change = "loss_change_half_learning_rate";
    Quantity roomy = Objects.requireNonNull(ofLosses(1, 1).quantities().get(change));
    double low = Objects.requireNonNull(roomy.low());
    double value = Objects.requireNonNull(roomy.value());
    double high = Objects.requireNonNull(roomy.high());
    assertThat(low).isGreaterThan(-1);

    double middle = -(low + value) / 2;
    Quantity cut = Objects.requireNonNull(ofLosses(middle, middle).quantities().get(change));
    assertThat(cut.low()).isEqualTo(-middle, offset(1e-12));
    assertThat(cut.value()).isEqualTo(value);
    assertThat(cut.high()).isEqualTo(high);

    double little = -(value + high) / 2;
    Quantity least = Objects.requireNonNull(ofLosses(little, little).quantities().get(change));
    assertThat(least.low()).isEqualTo(-little, offset(1e-12));
    assertThat(least.value()).isEqualTo(-little, offset(1e-12));
    assertThat(least.high()).isEqualTo(high);

    double next = -high / 2;
    assertThat(ofLosses(next, next).absent().get(change)).contains("more than there is");
    // One negative loss, however long ago, and zero is no bound.
    assertThat(ofLosses(-1, next).quantities().get(change)).isEqualTo(roomy);
  }

  private static QuantityList ofLosses(double first, double rest) {
    Run run = new Run(Draws.WHOLE);
    SplittableRandom random = new SplittableRandom(1);
    run.loss = first;
    run.go(random, 0, 1);
    run.loss = rest;
    run.go(random, 1, 2_000);
    return run.read();
  }
}
