package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.BasinReport;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BasinsTest {
  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);
  private static final double ETA = 0.02;

  /** SGD on U(x) + y² with noise of temperature T. */
  private static final class Run {
    private final Basins basins = new Basins(SETTINGS);
    private final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    private final SplittableRandom random;
    private final DoubleUnaryOperator energy;
    private final double temperature;
    private final List<BasinChange> live = new ArrayList<>();
    private double x = 1;
    private double y;
    private long step;

    Run(DoubleUnaryOperator energy, double temperature, long seed) {
      this.energy = energy;
      this.temperature = temperature;
      random = new SplittableRandom(seed);
    }

    TrainingStep next() {
      TrainingStep now = step((float) x, (float) y, energy.applyAsDouble(x) + y * y);
      double h = 1e-5;
      double slope = (energy.applyAsDouble(x + h) - energy.applyAsDouble(x - h)) / (2 * h);
      double kick = Math.sqrt(2 * temperature * ETA);
      x += -ETA * slope + kick * random.nextGaussian();
      y += -ETA * 2 * y + kick * random.nextGaussian();
      return now;
    }

    TrainingStep step(float px, float py, @Nullable Double loss) {
      return TrainingStep.at(step, step++)
          .loss(loss)
          .learningRate(ETA)
          .batchSize(4)
          .examples(new int[] {4})
          .motion(new Motion(new float[] {px, py}, null, null))
          .build();
    }

    Run go(int steps) {
      for (int t = 0; t < steps; t++) {
        basins.accept(next(), estimators).ifPresent(live::add);
      }
      return this;
    }

    QuantityList read() {
      QuantityList out = new QuantityList();
      basins.describe(out);
      return out;
    }
  }

  private static double twoWells(double x) {
    return (x * x - 1) * (x * x - 1);
  }

  @Test
  void nothingIsKnownBeforeTheFirstSteps() {
    Run run = new Run(BasinsTest::twoWells, 0.3, 1);
    assertThat(run.basins.standing()).isEqualTo(BasinStanding.NONE);
    assertThat(run.basins.report()).isNull();
    assertThat(run.read().absent()).containsEntry("basin_count", "needs param_sketch in step");
    run.go(10);
    assertThat(run.read().absent().get("basin_count")).startsWith("warming up");
  }

  @Test
  void twoWellsAreTwoBasinsOnceTheRunHasComeBack() {
    Run run = new Run(BasinsTest::twoWells, 0.3, 2).go(20_000);
    BasinStanding standing = run.basins.standing();
    assertThat(standing.count()).isEqualTo(2);
    assertThat(standing.validated()).isTrue();
    // Every transition alternates.
    assertThat(Math.abs(standing.transitions()[0][1] - standing.transitions()[1][0]))
        .isLessThanOrEqualTo(1);
    assertThat(standing.transitionCount()).isGreaterThan(4);
    assertThat(run.live).isNotEmpty();
    assertThat(run.live.get(run.live.size() - 1).known()).isTrue();
    BasinReport report = Objects.requireNonNull(run.basins.report());
    double left = report.centres().get(0).x();
    double right = report.centres().get(1).x();
    assertThat(Math.abs(left - right)).isCloseTo(2, within(0.1));
    assertThat(report.occupation().stream().mapToDouble(o -> o).sum()).isCloseTo(1, within(1e-9));
    QuantityList read = run.read();
    assertThat(read.quantities())
        .containsKeys("basin_count", "basin_transitions", "spectral_gap_basins", "exploration");
    assertThat(read.vectors()).containsKeys("basin_occupation", "basin_dwell_steps");
  }

  @Test
  void exposuresAddUpToTheStanding() {
    BasinStanding standing = new Run(BasinsTest::twoWells, 0.3, 3).go(20_000).basins.standing();
    for (int b = 0; b < standing.count(); b++) {
      int basin = b;
      assertThat(standing.exposures().stream().mapToLong(e -> e.steps()[basin]).sum())
          .isEqualTo(standing.steps()[b]);
      assertThat(standing.time()[b] / standing.steps()[b]).isCloseTo(ETA, within(1e-4));
    }
  }

  @Test
  void aBowlIsOneBasin() {
    for (long seed = 1; seed <= 10; seed++) {
      Run run = new Run(x -> 0.05 * x * x, 0.3, seed).go(4_000);
      assertThat(run.basins.standing().count()).as("seed %d", seed).isEqualTo(1);
      assertThat(run.read().absent().get("basin_transitions"))
          .isEqualTo("the run has not been seen to leave a basin and come back");
    }
  }

  @Test
  void aWellThatIsLeftForGoodIsNoEvidence() {
    // From the shallow well into one 5 kT deeper: no way back within the run.
    Run run = new Run(x -> twoWells(x) + 0.7 * x, 0.25, 4).go(8_000);
    assertThat(run.x).isNegative();
    assertThat(run.basins.standing().count()).isEqualTo(1);
    assertThat(run.basins.standing().validated()).isFalse();
  }

  @Test
  void aRestoredStateGoesOnBitByBit() {
    Run run = new Run(BasinsTest::twoWells, 0.3, 5).go(9_000);
    Basins copy = new Basins(SETTINGS);
    States.copy(run.basins::writeTo, copy::readFrom);
    assertThat(States.bytes(copy::writeTo)).isEqualTo(States.bytes(run.basins::writeTo));
    for (int t = 0; t < 6_000; t++) {
      TrainingStep step = run.next();
      assertThat(copy.accept(step, run.estimators))
          .isEqualTo(run.basins.accept(step, run.estimators));
    }
    assertThat(States.bytes(copy::writeTo)).isEqualTo(States.bytes(run.basins::writeTo));
    assertThat(copy.report()).isEqualTo(run.basins.report());
  }

  @Test
  void stepsThatOverflowedOrSayNothingChangeNothing() {
    Run run = new Run(BasinsTest::twoWells, 0.3, 6).go(3_000);
    long[] before = run.basins.standing().steps();
    TrainingStep bad =
        TrainingStep.at(3_000, 0)
            .loss(Double.NaN)
            .learningRate(ETA)
            .batchSize(4)
            .examples(new int[] {4})
            .nonFinite(true)
            .motion(new Motion(new float[] {Float.NaN, 0}, null, null))
            .build();
    assertThat(run.basins.accept(bad, run.estimators)).isEmpty();
    assertThat(run.basins.standing().steps()).isEqualTo(before);
    TrainingStep other =
        TrainingStep.at(3_001, 0)
            .loss(1.0)
            .learningRate(ETA)
            .batchSize(4)
            .examples(new int[] {4})
            .build();
    assertThat(run.basins.accept(other, run.estimators)).isEmpty();
    assertThat(run.basins.standing().steps()).isEqualTo(before);
  }

  @Test
  void withoutALossNothingIsTold() {
    Run run = new Run(BasinsTest::twoWells, 0.3, 7);
    SplittableRandom random = new SplittableRandom(1);
    for (int t = 0; t < 500; t++) {
      run.basins.accept(run.step((float) random.nextGaussian(), 0, null), run.estimators);
    }
    assertThat(run.read().absent().get("basin_count")).startsWith("warming up");
  }
}
