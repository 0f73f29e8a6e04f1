package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamCurvatureTest {
  private static final int P = 24;
  private static final double ETA = 0.1;

  private final double[] curvatures = new double[P];
  private final double[] sds = new double[P];

  StreamCurvatureTest() {
    for (int i = 0; i < P; i++) {
      curvatures[i] = 0.8 / (i + 1);
      sds[i] = Math.sqrt(1.0 / (i + 1));
    }
  }

  private static RunSettings settings(Optimizer optimizer, double beta, int n) {
    return RunSettings.of(optimizer).withMomentum(beta).withDatasetSize(n == 0 ? 0 : n);
  }

  /** Follows a stream. */
  private static final class Follower {
    final NoiseEstimator noise;
    final StreamCurvature curvature;

    Follower(RunSettings settings) {
      noise = new NoiseEstimator(settings, 500);
      curvature = new StreamCurvature(settings, 500);
    }

    void accept(TrainingStep step) {
      noise.accept(step);
      curvature.accept(step, noise);
    }

    Quantity rayleigh() {
      QuantityList out = new QuantityList();
      curvature.describe(out);
      return Objects.requireNonNull(
          out.quantities().get("curvature_rayleigh"), () -> out.absent().toString());
    }
  }

  private static double value(Quantity q) {
    return Objects.requireNonNull(q.value());
  }

  @ParameterizedTest
  @CsvSource({
    "SGD, 0, true, 0", "MOMENTUM, 0.9, true, 0", "NESTEROV, 0.9, true, 0",
    "SGD, 0, false, 0", "MOMENTUM, 0.9, false, 0", "NESTEROV, 0.9, false, 0",
    "SGD, 0, true, 64", "MOMENTUM, 0.9, true, 64"
  })
  void meanCurvatureIsThatOfTheUpdatesThatWereMade(
      Optimizer optimizer, double beta, boolean parameters, int n) {
    double[] steep = new double[6];
    java.util.Arrays.setAll(steep, i -> 0.5 + 0.1 * i);
    Bowl bowl =
        new Bowl(steep, Draws.filled(6, 1), ETA, beta, optimizer == Optimizer.NESTEROV, n, 2, 3);
    bowl.sendParameters = parameters;
    Follower follower = new Follower(settings(optimizer, beta, n));
    for (int t = 0; t < 12_000; t++) {
      follower.accept(bowl.next());
    }
    Quantity q = follower.rayleigh();
    // Memories of 2,000 steps against all 12,000: the path differs by far less than the interval.
    double exact = bowl.curved / bowl.squares;
    double half = (Objects.requireNonNull(q.high()) - Objects.requireNonNull(q.low())) / 2;
    assertThat(half).isLessThan(0.3 * exact);
    assertThat(value(q)).isBetween(exact - 2 * half, exact + 2 * half);
    // What it would be without taking off what the noise does with itself: 1/(ηρ) = 13 times
    // without momentum, by design QUANTITIES.md 15 to 31 times for its examples.
    if (n == 0) {
      assertThat(bowl.naive / bowl.squares / exact).isGreaterThan(beta == 0 ? 10 : 3);
    }
  }

  private static StreamSharpness sharpness(Bowl bowl, RunSettings settings, int steps) {
    Follower follower = new Follower(settings);
    for (int t = 0; t < steps; t++) {
      follower.accept(bowl.next());
    }
    return follower.curvature.sharpness();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.9, 0", "0, 480"})
  void sharpestDirectionIsFoundWhereTheNoiseShowsIt(double beta, int n) {
    int published = 0;
    int near = 0;
    for (long seed = 0; seed < 4; seed++) {
      Bowl bowl = new Bowl(curvatures, sds, ETA, beta, false, n, 2, seed);
      StreamSharpness found = sharpness(bowl, settings(Optimizer.MOMENTUM, beta, n), 14_000);
      if (found.present()) {
        published++;
        near += Math.abs(found.value() / bowl.sharpest() - 1) < 0.2 ? 1 : 0;
      }
    }
    assertThat(published).isGreaterThanOrEqualTo(2);
    assertThat(near).isEqualTo(published);
  }

  @Test
  void sharpestDirectionIsAbsentWhereTheNoiseHidesIt() {
    double[] reversed = new double[P];
    for (int i = 0; i < P; i++) {
      reversed[i] = sds[P - 1 - i];
    }
    for (long seed = 0; seed < 4; seed++) {
      Bowl bowl = new Bowl(curvatures, reversed, ETA, 0, false, 0, 2, seed);
      StreamSharpness found = sharpness(bowl, settings(Optimizer.SGD, 0, 0), 8_000);
      assertThat(found.absent()).as("seed %d: %s", seed, found.value()).isNotNull();
    }
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    RunSettings settings = settings(Optimizer.MOMENTUM, 0.9, 64);
    Bowl bowl = new Bowl(curvatures, sds, ETA, 0.9, false, 64, 2, 1);
    Follower whole = new Follower(settings);
    for (int t = 0; t < 3_777; t++) {
      whole.accept(bowl.next());
    }
    Follower restored = new Follower(settings);
    Draws.copy(whole.noise::writeTo, restored.noise::readFrom);
    Draws.copy(whole.curvature::writeTo, restored.curvature::readFrom);
    for (int t = 0; t < 700; t++) {
      TrainingStep step = bowl.next();
      whole.accept(step);
      restored.accept(step);
    }
    assertThat(Draws.bytes(restored.curvature::writeTo))
        .isEqualTo(Draws.bytes(whole.curvature::writeTo));
  }

  @Test
  void stepsThatAreNotFiniteOrSayNothingChangeNothing() {
    RunSettings settings = settings(Optimizer.SGD, 0, 0);
    Bowl bowl = new Bowl(curvatures, sds, ETA, 0, false, 0, 2, 1);
    Follower follower = new Follower(settings);
    for (int t = 0; t < 300; t++) {
      follower.accept(bowl.next());
    }
    byte[] before = Draws.bytes(follower.curvature::writeTo);
    TrainingStep good = bowl.next();
    follower.accept(
        TrainingStep.at(300, 300)
            .learningRate(ETA)
            .batchSize(8)
            .examples(good.examples())
            .sketches(good.sketches())
            .nonFinite(true)
            .motion(good.motion())
            .build());
    follower.accept(
        TrainingStep.at(301, 301).learningRate(ETA).batchSize(8).examples(good.examples()).build());
    assertThat(Draws.bytes(follower.curvature::writeTo)).isEqualTo(before);
  }

  @Test
  void saysWhatIsMissing() {
    Follower follower = new Follower(RunSettings.of(Optimizer.ADAM));
    Bowl bowl = new Bowl(curvatures, sds, ETA, 0, false, 0, 2, 1);
    bowl.sendParameters = false;
    for (int t = 0; t < 100; t++) {
      follower.accept(bowl.next());
    }
    QuantityList out = new QuantityList();
    follower.curvature.describe(out);
    assertThat(out.absent().get("curvature_rayleigh")).contains("update_noise");
    assertThat(follower.curvature.sharpness().absent()).contains("param_sketch");
  }

  @Test
  void epochsBeginWhereABatchDoesNotFit() {
    Epochs dropping = new Epochs(OptionalLong.of(10));
    double[] left = new double[6];
    for (int t = 0; t < 6; t++) {
      dropping.accept(t, 4);
      left[t] = dropping.left();
    }
    assertThat(left).containsExactly(1, 0.6, 1, 0.6, 1, 0.6);
    Epochs keeping = new Epochs(OptionalLong.of(8));
    double[] batches = {4, 2, 2, 4, 2, 2};
    for (int t = 0; t < 6; t++) {
      keeping.accept(t, batches[t]);
      left[t] = keeping.left();
      assertThat(keeping.share()).isEqualTo(batches[t] / 8);
    }
    assertThat(left).containsExactly(1, 0.5, 0.25, 1, 0.5, 0.25);
  }

  /** With ηκ₁ = 0.02 a direction remembers about as long as an epoch of 60 steps. */
  @Test
  void epochsTakenForIndependentDrawsMislead() {
    double[] ratios = new double[2];
    for (int i = 0; i < 2; i++) {
      Bowl bowl = new Bowl(curvatures, sds, ETA / 4, 0, false, 480, 2, 1);
      Follower follower = new Follower(settings(Optimizer.SGD, 0, i == 0 ? 480 : 0));
      for (int t = 0; t < 16_000; t++) {
        follower.accept(bowl.next());
      }
      SubspaceHessian found = Objects.requireNonNull(follower.curvature.hessian());
      ratios[i] = found.hessian()[0][0] / bowl.sharpest();
    }
    // VᵀHV is an average whose bias is not taken off: some (r + 3)/(nηκ) = 6 % per direction.
    assertThat(ratios[0]).isBetween(0.7, 1.35);
    assertThat(ratios[1]).isGreaterThan(ratios[0] + 0.3);
  }
}
