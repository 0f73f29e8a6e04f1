package io.thermograd.accuracy;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.CurvatureProbes;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepObserver;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.simulator.train.TrainingRun;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Runs that send a probe every 500 steps, and what is published of λ_max at the steps between. */
final class ProbedRuns {
  static final long STEPS = 2_000;
  static final long PROBES = 500;
  static final double TEN_PERCENT = Math.log(1.1);
  static final String EDGE = "edge_of_stability";
  static final Dataset DIGITS = Digits.load();
  private static final long LOOK_EVERY = Integer.getInteger("thermograd.look", 100);
  private static final long LOOK_AT = 13 % LOOK_EVERY;

  private ProbedRuns() {}

  /** What was true at a step, and what was published. */
  record Look(long step, double truth, double probed, @Nullable Quantity published, boolean edge) {
    /** Whether no look at the latest probe alone could be within 10 %. */
    boolean moved() {
      return Math.abs(Math.log(truth / probed)) > TEN_PERCENT;
    }

    double error() {
      return published == null || published.value() == null
          ? Double.NaN
          : Math.abs(Math.log(published.value() / truth));
    }

    boolean covered() {
      Quantity q = Objects.requireNonNull(published);
      return Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high());
    }
  }

  /**
   * One watched run.
   *
   * @param decay that the optimizer adds to the gradient, and the probes to H
   * @param from first step that is sent, a probe's
   */
  record Course(OptimizerSettings optimizer, double decay, double eta, long from, long steps) {
    static Course fromTheStart(OptimizerSettings optimizer, double eta) {
      return new Course(optimizer, 0, eta, 0, STEPS);
    }
  }

  static List<Look> train(
      Supplier<Start> start, Course course, long seed, ToDoubleFunction<float[]> sharpness) {
    float[][] theta = new float[1][];
    TrainingRun run =
        new TrainingRun(
            "probed",
            Map.of(),
            TrainingPlan.of(
                course.optimizer,
                LearningRate.constant(course.eta),
                Batches.of(4, 8),
                course.steps),
            1024,
            seed,
            () -> {
              Start opened = start.get();
              return opened
                  .observedBy(probes(opened, course))
                  .observedBy((step, event) -> theta[0] = step.theta().clone());
            });
    RunFold fold = new RunFold("probed", AnalysisConfig.DEFAULT);
    List<Look> looks = new ArrayList<>();
    try {
      run.emit(
          event -> {
            if (event.hasStep() && event.getStep().getStep() < course.from) {
              return;
            }
            fold.apply(event, new NoRejections());
            if (event.hasStep() && event.getStep().getStep() % LOOK_EVERY == LOOK_AT) {
              Insight now = fold.current().orElseThrow();
              looks.add(
                  new Look(
                      event.getStep().getStep(),
                      sharpness.applyAsDouble(theta[0]),
                      value(now.quantities().get("sharpness_probe")),
                      now.quantities().get("sharpness"),
                      now.overlays().contains(EDGE)));
            }
          },
          Simulation.clock(),
          () -> false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return looks;
  }

  /** None before the first step that is sent: nobody would see them. */
  private static StepObserver probes(Start opened, Course course) {
    CurvatureProbes probes = new CurvatureProbes(opened.source(), course.decay, PROBES);
    return (step, event) -> {
      if (step.step() >= course.from) {
        probes.observe(step, event);
      }
    };
  }

  private static double value(@Nullable Quantity q) {
    return q == null || q.value() == null ? Double.NaN : q.value();
  }

  static void report(String where, List<Look> looks) {
    double within =
        (double) looks.stream().filter(l -> l.error() <= TEN_PERCENT).count() / looks.size();
    double covered = (double) looks.stream().filter(Look::covered).count() / looks.size();
    double worst = looks.stream().mapToDouble(Look::error).max().orElseThrow();
    double width =
        looks.stream()
            .map(l -> Objects.requireNonNull(l.published))
            .mapToDouble(
                q ->
                    Math.log(Objects.requireNonNull(q.high()) / Objects.requireNonNull(q.low()))
                        / 2)
            .average()
            .orElseThrow();
    AccuracyTable.aim(
        "sharpness, a probe per 500 steps",
        where,
        "within 10 % at every step (an aim)",
        "%.0f %% of steps, worst %.0f %%, interval ± %.0f %%"
            .formatted(100 * within, 100 * Math.expm1(worst), 100 * Math.expm1(width)),
        within == 1);
    AccuracyTable.note(
        "sharpness, true, more than 10 % from the latest probe",
        where,
        "%.0f %% of steps"
            .formatted(100.0 * looks.stream().filter(Look::moved).count() / looks.size()));
    AccuracyTable.aim(
        "sharpness, its 95 % interval",
        where,
        "holds the truth in ≥ 90 % (an aim here)",
        "%.1f %%".formatted(100 * covered),
        covered >= 0.9);
  }
}
