package io.thermograd.detect.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AveragesTest {
  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  /** A run of independent values, or of an AR(1) series. */
  private static final class Run {
    final Averages averages = new Averages();
    final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    final SplittableRandom random = new SplittableRandom(5);
    double rate = 0.1;
    double memory;
    double x;
    long step;

    void go(int steps, Drift drift, double mean) {
      for (int t = 0; t < steps; t++) {
        x = memory * x + random.nextGaussian();
        accept(drift, Map.of("accuracy", mean + x, "loss", -1.0));
      }
    }

    void accept(Drift drift, Map<String, Double> tracked) {
      averages.accept(step(step++, rate, tracked), estimators, standing(drift));
    }

    Map<String, Quantity> read() {
      return averages.averages();
    }
  }

  private static Standing standing(Drift drift) {
    return new Standing(drift, 0, 0.1, 1, 200, 5, Standing.Equilibrium.UNKNOWN);
  }

  private static TrainingStep step(long step, double rate, Map<String, Double> tracked) {
    return TrainingStep.at(step, step)
        .loss(0.5)
        .learningRate(rate)
        .batchSize(32)
        .tracked(tracked)
        .build();
  }

  @Test
  void bothIntervalsStandSideBySide() {
    Run run = new Run();
    run.go(5_000, Drift.FLAT, 3);
    Quantity scaling = Objects.requireNonNull(run.read().get("accuracy"));
    Quantity batches = Objects.requireNonNull(run.read().get("accuracy (batch means)"));
    assertThat(scaling.method()).isEqualTo("random_scaling");
    assertThat(batches.method()).isEqualTo("batch_means");
    assertThat(value(scaling)).isEqualTo(value(batches)).isCloseTo(3, within(0.05));
    // σ/√n = 0.0141, times about 2 for t on 15 to 30 batches; random scaling is wider on average.
    assertThat(value(batches) - Objects.requireNonNull(batches.low())).isBetween(0.015, 0.05);
    assertThat(value(scaling) - Objects.requireNonNull(scaling.low())).isBetween(0.005, 0.2);
  }

  @Test
  void whatMovesIsNotAveraged() {
    Run run = new Run();
    run.go(1_000, Drift.FALLING, 100);
    assertThat(run.read()).isEmpty();
    run.go(1_000, Drift.FLAT, 3);
    assertThat(value(Objects.requireNonNull(run.read().get("accuracy")))).isCloseTo(3, within(0.2));
    assertThat(run.averages.steps()).isEqualTo(1_000);
  }

  @Test
  void aMomentOfSignificanceEndsNothingButALongOneDoes() {
    Run run = new Run();
    run.go(1_000, Drift.FLAT, 3);
    run.go(150, Drift.RISING, 3);
    run.go(850, Drift.UNDECIDED, 3);
    assertThat(run.averages.steps()).isEqualTo(1_999);
    run.go(202, Drift.FALLING, 3);
    assertThat(run.read()).isEmpty();
    run.go(300, Drift.UNDECIDED, 3);
    assertThat(run.read()).as("not found flat since").isEmpty();
    run.go(1, Drift.FLAT, 3);
    assertThat(run.read()).isNotEmpty();
    assertThat(run.averages.steps()).isEqualTo(301);
  }

  @Test
  void otherSettingsBeginAnew() {
    Run run = new Run();
    run.go(1_000, Drift.FLAT, 3);
    run.rate = 0.05;
    run.go(1, Drift.FLAT, 50);
    run.go(500, Drift.FLAT, 50);
    assertThat(run.averages.steps()).isEqualTo(500);
    assertThat(value(Objects.requireNonNull(run.read().get("accuracy"))))
        .isCloseTo(50, within(0.3));
  }

  @Test
  void saysWhereTooFewAutocorrelationTimesHavePassed() {
    Run run = new Run();
    // 1 + 2Σρ = 1.9/0.1 = 19: a thousand of them are 19,000 steps.
    run.memory = 0.9;
    run.go(8_000, Drift.FLAT, 3);
    assertThat(Objects.requireNonNull(run.read().get("accuracy")).method())
        .isEqualTo("random_scaling_unreliable");
    run.go(40_000, Drift.FLAT, 3);
    assertThat(Objects.requireNonNull(run.read().get("accuracy")).method())
        .isEqualTo("random_scaling");
  }

  @Test
  void ownNamesDoNotHideATrainers() {
    Run run = new Run();
    run.go(200, Drift.FLAT, 3);
    assertThat(value(Objects.requireNonNull(run.read().get("loss")))).isEqualTo(0.5);
    assertThat(value(Objects.requireNonNull(run.read().get("tracked.loss")))).isEqualTo(-1);
  }

  @Test
  void keepsTheFirst64NamesAndCountsTheRest() {
    Run run = new Run();
    Map<String, Double> many = new TreeMap<>();
    for (int i = 0; i < 70; i++) {
      many.put("n%02d".formatted(i), (double) i);
    }
    for (int t = 0; t < 150; t++) {
      run.accept(Drift.FLAT, many);
    }
    assertThat(run.averages.refused()).isEqualTo(6 * 150);
    assertThat(run.read()).containsKey("n63").doesNotContainKey("n64");
  }

  @Test
  void valuesThatAreNotFiniteAreLeftOut() {
    Run run = new Run();
    for (int t = 0; t < 400; t++) {
      run.accept(Drift.FLAT, Map.of("a", t % 2 == 0 ? Double.NaN : 2.0));
    }
    Quantity a = Objects.requireNonNull(run.read().get("a"));
    assertThat(value(a)).isEqualTo(2);
    assertThat(a.method()).as("a constant").isEqualTo("random_scaling");
  }

  @Test
  void directionsAreThoseOfTheNoiseWhenTheAveragingBegan() {
    RunEstimators estimators = new RunEstimators(SETTINGS, 100, 100);
    Averages averages = new Averages();
    SplittableRandom random = new SplittableRandom(9);
    for (int t = 0; t < 600; t++) {
      float[][] sketches = new float[4][8];
      for (float[] g : sketches) {
        g[3] = (float) (10 * random.nextGaussian());
        g[5] = (float) random.nextGaussian();
      }
      float[] theta = new float[8];
      theta[3] = 7 + (float) random.nextGaussian();
      TrainingStep step =
          TrainingStep.at(t, t)
              .loss(0.5)
              .learningRate(0.1)
              .batchSize(32)
              .examples(new int[] {8, 8, 8, 8})
              .sketches(sketches)
              .motion(new Motion(theta, null, null))
              .build();
      estimators.accept(step);
      averages.accept(step, estimators, standing(Drift.FLAT));
    }
    Map<String, Quantity> read = averages.averages();
    assertThat(read).containsKeys("noise_direction_1", "noise_direction_2");
    assertThat(read).doesNotContainKey("noise_direction_3");
    // Coordinate 3 but for the 64 steps' error of the direction, some per cent.
    assertThat(Math.abs(value(Objects.requireNonNull(read.get("noise_direction_1")))))
        .isCloseTo(7, within(0.3));
    Averages copy = new Averages();
    States.copy(averages::writeTo, copy::readFrom);
    assertThat(copy.averages()).isEqualTo(read);
  }

  @Test
  void saysWhyTheChangeOfTheLossIsMissing() {
    Run run = new Run();
    run.go(100, Drift.FALLING, 3);
    assertThat(reason(run)).startsWith("not stationary");
    run.go(100, Drift.FLAT, 3);
    assertThat(reason(run)).startsWith("warming up: 100 of 1");
    run.go(5_000, Drift.FLAT, 3);
    assertThat(reason(run)).startsWith("the energy of the fluctuations");
  }

  @Test
  void theShorterLastBatchOfAnEpochEndsNothing() {
    Run run = new Run();
    for (int t = 0; t < 1_200; t++) {
      TrainingStep step =
          TrainingStep.at(t, t)
              .loss(0.5)
              .learningRate(0.1)
              .batchSize(t % 29 == 28 ? 5 : 64)
              .build();
      run.estimators.accept(step);
      run.averages.accept(step, run.estimators, standing(Drift.FLAT));
    }
    assertThat(reason(run)).doesNotStartWith("warming up").doesNotStartWith("not stationary");
  }

  private static String reason(Run run) {
    QuantityList list = new QuantityList();
    run.averages.describe(list, run.estimators);
    return Objects.requireNonNull(list.absent().get(QuantityName.AVERAGED_LOSS_CHANGE.id()));
  }

  @Test
  void goesOnAfterRestore() {
    Run one = new Run();
    one.go(500, Drift.FLAT, 3);
    Averages copy = new Averages();
    States.copy(one.averages::writeTo, copy::readFrom);
    TrainingStep next = step(one.step, 0.1, Map.of("accuracy", 4.0, "new", 1.0));
    one.averages.accept(next, one.estimators, standing(Drift.FLAT));
    copy.accept(next, one.estimators, standing(Drift.FLAT));
    assertThat(States.bytes(copy::writeTo)).isEqualTo(States.bytes(one.averages::writeTo));
  }

  private static double value(Quantity q) {
    return Objects.requireNonNull(q.value());
  }
}
