package io.thermograd.accuracy;

import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.theory.AveragedIterate;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SGD at equilibrium in a quadratic, seen through all estimators and detectors: what averaging the
 * iterates would change, against its closed form; then learning rate or batch are changed, and the
 * forecast of what that does is held against what it did.
 */
@ExtendWith(AccuracyTable.class)
class ChangeForecastTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);
  private static final int RUNS = 12 * SCALE;
  private static final int DIM = 12;
  private static final int MICRO_BATCHES = 4;
  private static final double ETA = 0.1;
  private static final int BEFORE = 9_000;
  private static final int AFTER = 10_000;

  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  /** κ from 0.2 to 4, per-example noise of 1 to 3 along each. */
  private static double curvature(int i) {
    return 0.2 * Math.pow(20, i / (DIM - 1.0));
  }

  private static double noise(int i) {
    return 1 + 2.0 * i / (DIM - 1);
  }

  private static final class Run {
    final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    final RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
    final SplittableRandom random;
    final double[] theta = new double[DIM];
    long step;

    Run(long seed) {
      random = new SplittableRandom(seed);
      for (int i = 0; i < DIM; i++) {
        theta[i] = Math.sqrt(ETA * noise(i) / 32 / (2 * curvature(i))) * random.nextGaussian();
      }
    }

    void go(int steps, double eta, int examples) {
      for (int t = 0; t < steps; t++) {
        float[][] gradients = new float[MICRO_BATCHES][DIM];
        int[] sizes = new int[MICRO_BATCHES];
        float[] position = new float[DIM];
        double loss = 1;
        for (int i = 0; i < DIM; i++) {
          double pull = curvature(i) * theta[i];
          position[i] = (float) theta[i];
          loss += 0.5 * pull * theta[i];
          double mean = 0;
          for (int j = 0; j < MICRO_BATCHES; j++) {
            double g = pull + Math.sqrt(noise(i) / examples) * random.nextGaussian();
            gradients[j][i] = (float) g;
            sizes[j] = examples;
            mean += g / MICRO_BATCHES;
          }
          theta[i] -= eta * mean;
        }
        loss += 0.02 * random.nextGaussian();
        TrainingStep next =
            TrainingStep.at(step, step)
                .loss(loss)
                .learningRate(eta)
                .batchSize((long) MICRO_BATCHES * examples)
                .examples(sizes)
                .sketches(gradients)
                .motion(new Motion(position, null, null))
                .build();
        step++;
        estimators.accept(next);
        detectors.accept(next, 0, estimators);
      }
    }

    @Nullable Quantity averaged() {
      QuantityList list = new QuantityList();
      estimators.describe(list);
      detectors.describe(list, estimators);
      return list.quantities().get(QuantityName.AVERAGED_LOSS_CHANGE.id());
    }
  }

  private record Seen(@Nullable Quantity averaged, @Nullable ForecastScore score) {}

  @Test
  void changesComeTrue() {
    SoftAssertions softly = new SoftAssertions();
    Seen[] seen = new Seen[RUNS];
    IntStream.range(0, RUNS)
        .parallel()
        .forEach(
            r -> {
              Run run = new Run(101 + r);
              run.go(BEFORE, ETA, 8);
              Quantity averaged = run.averaged();
              // Half the rate, twice the batch, or a third of the rate and a larger batch.
              switch (r % 3) {
                case 0 -> run.go(AFTER, ETA / 2, 8);
                case 1 -> run.go(AFTER, ETA, 16);
                default -> run.go(AFTER, ETA / 3, 12);
              }
              seen[r] = new Seen(averaged, run.detectors.findings().scores().get("loss_change"));
            });
    double truth = truth();
    int known = 0;
    int held = 0;
    double worst = 0;
    long scored = 0;
    long covered = 0;
    double log = 0;
    for (Seen s : seen) {
      Quantity q = s.averaged;
      if (q != null) {
        known++;
        held +=
            Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high())
                ? 1
                : 0;
        worst = Math.max(worst, Math.abs(Objects.requireNonNull(q.value()) / truth - 1));
      }
      ForecastScore score = s.score;
      if (score != null && score.scored() > 0) {
        scored += score.scored();
        covered += score.covered();
        log += score.scored() * score.meanLogScore();
      }
    }
    AccuracyTable.add(
        softly,
        "loss at the averaged iterate, 95 % interval",
        "quadratic, 12 curvatures, %d runs, true %.4f".formatted(RUNS, truth),
        ">= 90 % hold it",
        "%d of %d known, %d hold it, at most %.0f %% off".formatted(known, RUNS, held, 100 * worst),
        known >= 0.9 * RUNS && held >= 0.9 * known);
    AccuracyTable.add(
        softly,
        "forecast of a change of learning rate or batch, 90 % interval",
        "the same, settings changed once",
        ">= 80 % made and scored, >= 85 % of them cover",
        "%d of %d scored, %d cover, log score %.2f".formatted(scored, RUNS, covered, log / scored),
        scored >= 0.8 * RUNS && covered >= 0.85 * scored);
    softly.assertAll();
  }

  /** −½tr(HC) + ½tr(H·Cov θ̄_n) for the mean of the run's steps, less its window's start. */
  private static double truth() {
    double[][] h = new double[DIM][DIM];
    double[][] n = new double[DIM][DIM];
    for (int i = 0; i < DIM; i++) {
      h[i][i] = curvature(i);
      n[i][i] = noise(i) / 32;
    }
    double[][] c = StationaryCovariance.sgd(h, n, ETA);
    double[][] mean = AveragedIterate.stationary(h, n, ETA, BEFORE);
    double change = 0;
    for (int i = 0; i < DIM; i++) {
      change += 0.5 * h[i][i] * (mean[i][i] - c[i][i]);
    }
    return change;
  }
}
