package io.thermograd.accuracy;

import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Steps to a loss 1 % lower, as forecast by all detectors together and scored by the clock: a
 * forecast whose loss has not come by the end of its interval counts as missed.
 */
@ExtendWith(AccuracyTable.class)
class ImprovementForecastTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);
  private static final int SEEDS = 2 * SCALE;
  private static final int FIRST = 101;
  private static final int STEPS = 8_000;
  private static final double HALF_LIFE = 500;
  private static final double LOSS_HALF_LIFE = 100;

  /** Part of the noise that lasts for some twenty steps. */
  private static final double LASTING = 0.95;

  private record Shape(String name, DoubleUnaryOperator mean) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("exponential", t -> 0.5 + 2 * Math.exp(-t / 3_000)),
          new Shape("power law", t -> 3 / Math.sqrt(1 + t / 100)),
          new Shape("line", t -> 2.3 - 1.8 * t / STEPS),
          new Shape("sigmoid", t -> 0.3 + 2 / (1 + Math.exp((t - 4_000) / 500))));

  private static final class Watched {
    private final RunDetectors detectors;
    private final RunEstimators estimators;

    Watched(RunSettings settings) {
      detectors = new RunDetectors("run", 1, settings);
      estimators = new RunEstimators(settings, HALF_LIFE, LOSS_HALF_LIFE);
    }

    void accept(TrainingStep step) {
      estimators.accept(step);
      detectors.accept(step, 0, estimators);
    }

    @Nullable ForecastScore score() {
      return detectors.findings().scores().get("steps_to_improvement");
    }
  }

  private static Watched stream(Shape shape, double noise, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Watched run = new Watched(RunSettings.of(Optimizer.SGD));
    double lasting = 0;
    for (int t = 0; t < STEPS; t++) {
      double mean = shape.mean().applyAsDouble(t);
      lasting = LASTING * lasting + 0.1 * noise * random.nextGaussian();
      double loss = mean + lasting + mean * noise * random.nextGaussian();
      run.accept(BasinRun.step(t, 0.1, loss));
    }
    return run;
  }

  private static Watched scenario(String name, long seed) {
    Watched[] run = new Watched[1];
    ScenarioSteps.emit(
        name, seed, settings -> run[0] = new Watched(settings), step -> run[0].accept(step));
    return run[0];
  }

  @Test
  void intervalsCover() {
    SoftAssertions softly = new SoftAssertions();
    Tally all = new Tally();
    for (Shape shape : SHAPES) {
      Tally tally = new Tally();
      for (double noise : new double[] {0.02, 0.1, 0.3}) {
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(s -> stream(shape, noise, FIRST + s))
            .toList()
            .forEach(run -> tally.add(run.score()));
      }
      tally.note("loss on a " + shape.name() + ", noise 2, 10 and 30 %");
      all.add(tally);
    }
    for (String name : List.of("digits-sgd", "demo")) {
      Tally tally = new Tally();
      IntStream.range(0, SCALE)
          .parallel()
          .mapToObj(s -> scenario(name, FIRST + s))
          .toList()
          .forEach(run -> tally.add(run.score()));
      tally.note(name);
      all.add(tally);
    }
    AccuracyTable.add(
        softly,
        "steps to a loss 1 % lower, 90 % intervals",
        "all streams",
        "85-95 % cover",
        all.words(),
        all.share() >= 0.85 && all.share() <= 0.95);
    softly.assertAll();
  }

  private static final class Tally {
    private long scored;
    private long covered;

    void add(@Nullable ForecastScore score) {
      if (score != null) {
        scored += score.scored();
        covered += score.covered();
      }
    }

    void add(Tally other) {
      scored += other.scored;
      covered += other.covered;
    }

    double share() {
      return (double) covered / scored;
    }

    String words() {
      return "%.1f %% of %,d".formatted(100 * share(), scored);
    }

    void note(String where) {
      AccuracyTable.note("steps to a loss 1 % lower, 90 % intervals", where, words());
    }
  }
}
