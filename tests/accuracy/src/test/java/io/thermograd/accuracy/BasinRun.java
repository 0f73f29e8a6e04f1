package io.thermograd.accuracy;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.Basins;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.wire.BasinReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run under the basin detector, and what the detector makes of it. */
final class BasinRun {
  private static final double NOISE_HALF_LIFE = 500;
  private static final double LOSS_HALF_LIFE = 100;

  private final boolean estimate;
  private final Basins basins;
  private final RunEstimators estimators;
  private int mostAtOnce;
  private long steps;

  /**
   * @param estimate whether the temperature is to be estimated along the way
   */
  BasinRun(RunSettings settings, boolean estimate) {
    this.estimate = estimate;
    basins = new Basins(settings);
    estimators = new RunEstimators(settings, NOISE_HALF_LIFE, LOSS_HALF_LIFE);
  }

  /** What is found about a scenario beside what is true of it. */
  record Outcome(BasinRun run, Truth truth) {}

  /** Runs a scenario of the simulator to its end. */
  static Outcome of(String scenario, long seed, boolean estimate) {
    BasinRun[] run = new BasinRun[1];
    Truth truth =
        ScenarioSteps.emit(
            scenario,
            seed,
            settings -> run[0] = new BasinRun(settings, estimate),
            step -> run[0].accept(step));
    return new Outcome(run[0], truth);
  }

  void accept(TrainingStep step) {
    if (estimate) {
      estimators.accept(step);
    }
    basins.accept(step, estimators);
    // As the page asks for.
    BasinReport report = basins.report();
    if (report != null && report.count() < 1) {
      throw new IllegalStateException("a run that is somewhere should be in a basin");
    }
    steps++;
    if (steps % 250 == 0) {
      mostAtOnce = Math.max(mostAtOnce, basins.standing().count());
    }
  }

  BasinStanding standing() {
    return basins.standing();
  }

  List<BasinChange> changes() {
    return basins.changes();
  }

  /** Basins at the worst moment. */
  int mostAtOnce() {
    return Math.max(mostAtOnce, basins.standing().count());
  }

  QuantityList quantities() {
    QuantityList out = new QuantityList();
    basins.describe(out);
    return out;
  }

  /** A step that tells of a place only. */
  static TrainingStep step(long number, double eta, @Nullable Double loss, float... theta) {
    return TrainingStep.at(number, number)
        .loss(loss)
        .learningRate(eta)
        .batchSize(1)
        .examples(new int[] {1})
        .motion(new Motion(theta, null, null))
        .build();
  }
}
