package io.thermograd.detect.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.thermograd.detect.States;
import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.BasinStanding.Exposure;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Forecast;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForecastsTest {
  private static final long BUDGET = 100_000;

  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  /** A run of which only losses and basins are told. */
  private static final class Run {
    final Forecasts forecasts = new Forecasts(SETTINGS.withBudgetSteps(BUDGET));
    final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    double rate = 0.1;
    Standing standing = standing(Drift.UNKNOWN, Double.NaN, Double.NaN);
    BasinStanding basins = BasinStanding.NONE;
    long step;

    void accept(@Nullable Double loss, boolean bad, Optional<BasinChange> change) {
      TrainingStep next =
          TrainingStep.at(step, step)
              .loss(loss)
              .learningRate(rate)
              .batchSize(32)
              .nonFinite(bad)
              .build();
      step++;
      estimators.accept(next);
      forecasts.accept(next, estimators, standing, () -> basins, change);
    }

    void accept(double loss) {
      accept(loss, false, Optional.empty());
    }

    ForecastScore score(String kind) {
      return Objects.requireNonNull(forecasts.scores().get(kind));
    }

    QuantityList describe() {
      QuantityList list = new QuantityList();
      forecasts.describe(list, estimators, standing, basins);
      return list;
    }

    Quantity quantity(QuantityName name) {
      return Objects.requireNonNull(describe().quantities().get(name.id()));
    }
  }

  private static Standing standing(Drift drift, double slope, double error) {
    return new Standing(drift, slope, error, 1, 500, 10, Standing.Equilibrium.UNKNOWN);
  }

  /** One basin, entered at step 0. */
  private static BasinStanding alone(long steps, double rate) {
    return new BasinStanding(
        1, 1, false, 0, new long[] {steps}, new double[] {steps * rate}, new long[1][1]);
  }

  @Test
  void theNextWindowsLossIsForecastAndCovers() {
    // Independent losses on a level, on a slope, and with a memory of 1,000 steps.
    for (int kind = 0; kind < 3; kind++) {
      long scored = 0;
      long covered = 0;
      for (int seed = 101; seed <= 110; seed++) {
        Run run = new Run();
        SplittableRandom random = new SplittableRandom(seed);
        double wander = 0;
        for (int t = 0; t < 12_800; t++) {
          wander = 0.999 * wander + 0.02 * random.nextGaussian();
          double mean = kind == 0 ? 1 : kind == 1 ? 3 - 2e-4 * t : 1 + wander;
          run.accept(mean + 0.3 * random.nextGaussian());
        }
        scored += run.score("loss").scored();
        covered += run.score("loss").covered();
      }
      // 930 forecasts: a binomial with standard deviation 1 %; errors of one run share their scale.
      assertThat(scored).isGreaterThan(900);
      assertThat((double) covered / scored).as("kind " + kind).isBetween(0.85, 0.95);
    }
  }

  /** Rare squares, some six a window: means next to 0, where a trend and an interval lead below. */
  @Test
  void aLossThatIsNeverNegativeIsNotForecastToBe() {
    long scored = 0;
    long covered = 0;
    for (int seed = 101; seed <= 120; seed++) {
      Run run = new Run();
      SplittableRandom random = new SplittableRandom(seed);
      for (int t = 0; t < 12_800; t++) {
        double scale = 1 + 20 * Math.exp(-t / 600.0);
        double x = random.nextGaussian();
        run.accept(random.nextInt(20) == 0 ? 20 * scale * x * x : 0.0);
        for (Forecast forecast : run.forecasts.open()) {
          Quantity expected = forecast.expected();
          assertThat(Objects.requireNonNull(expected.low())).isNotNegative();
          assertThat(Objects.requireNonNull(expected.value())).isNotNegative();
        }
      }
      scored += run.score("loss").scored();
      covered += run.score("loss").covered();
      assertThat(run.score("loss").meanLogScore()).isFinite();
    }
    // What an interval loses below 0 cannot come: 95 % but for skewness, by 1,900 forecasts.
    assertThat((double) covered / scored).isBetween(0.9, 0.97);
    // A loss that can be negative is left as it is.
    Run run = new Run();
    for (int t = 0; t < 1_280; t++) {
      run.accept(-1 + 0.01 * (t % 7));
    }
    assertThat(run.forecasts.open()).anyMatch(f -> Objects.requireNonNull(f.expected().high()) < 0);
  }

  @Test
  void stepsToImprovementCover() {
    long scored = 0;
    long covered = 0;
    for (int seed = 101; seed <= 130; seed++) {
      Run run = new Run();
      SplittableRandom random = new SplittableRandom(seed);
      for (int t = 0; t < 8_000; t++) {
        double mean = 0.5 + 2 * Math.exp(-t / 3_000.0);
        double slope = -2 / 3_000.0 * Math.exp(-t / 3_000.0);
        run.standing =
            t < 600
                ? standing(Drift.UNKNOWN, Double.NaN, Double.NaN)
                // A slope that looks back 500 steps, with a tenth of error.
                : standing(
                    Drift.FALLING,
                    slope * Math.exp(250 / 3_000.0) * (1 + 0.1 * random.nextGaussian()),
                    -0.1 * slope);
        run.accept(mean + 0.1 * random.nextGaussian());
      }
      scored += run.score("steps_to_improvement").scored();
      covered += run.score("steps_to_improvement").covered();
    }
    assertThat(scored).isGreaterThan(1_000);
    assertThat((double) covered / scored).isBetween(0.85, 0.95);
  }

  @Test
  void improvementsAreForecastWhileTheLossFallsOnly() {
    Run run = new Run();
    for (int t = 0; t < 100; t++) {
      run.accept(2.0);
    }
    assertThat(run.describe().absent()).containsKey("steps_to_improvement");
    run.standing = standing(Drift.FALLING, -1e-4, 1e-6);
    // 1 % of 2 at 10⁻⁴ a step.
    assertThat(run.quantity(QuantityName.STEPS_TO_IMPROVEMENT).value())
        .isCloseTo(200.0, within(1e-6));
  }

  @Test
  void nothingSeenGivesBounds() {
    Run run = new Run();
    for (int t = 0; t < 20_000; t++) {
      run.basins = alone(t + 1, 0.1);
      run.accept(1.0);
    }
    Quantity steps = run.quantity(QuantityName.ESCAPE_STEPS);
    assertThat(steps.value()).isNull();
    // The 5 % quantile of a Lomax law of shape ½: t(0.95⁻² − 1).
    assertThat(Objects.requireNonNull(steps.low())).isCloseTo(20_000 * 0.10803, within(10.0));
    Quantity chance = run.quantity(QuantityName.ESCAPE_PROBABILITY);
    assertThat(chance.value()).isNull();
    double remaining = BUDGET - 20_000;
    assertThat(-Math.log1p(-Objects.requireNonNull(chance.high())))
        .isCloseTo(3 * remaining / 20_000, within(0.01));
    assertThat(run.describe().absent())
        .containsKeys("barrier_height", "escape_learning_rate", "escape_steps");
    assertThat(run.forecasts.outlook().trapped()).isFalse();
  }

  @Test
  void escapesAreWrittenDownAndScoredAtTheirHorizon() {
    Run run = new Run();
    SplittableRandom random = new SplittableRandom(7);
    long[] steps = new long[2];
    double[] time = new double[2];
    long[][] passages = new long[2][2];
    int now = 0;
    long entered = 0;
    for (int t = 0; t < BUDGET; t++) {
      Optional<BasinChange> change = Optional.empty();
      // Leaves each basin at a constant rate, 1 in 400 steps.
      if (random.nextInt(400) == 0) {
        passages[now][1 - now]++;
        change = Optional.of(new BasinChange(now + 1, 2 - now, t - 1, t, t > entered));
        now = 1 - now;
        entered = t;
      }
      steps[now]++;
      time[now] += run.rate;
      run.basins =
          new BasinStanding(
              now + 1,
              2,
              true,
              entered,
              steps.clone(),
              time.clone(),
              new long[][] {passages[0].clone(), passages[1].clone()});
      run.accept(1.0, false, change);
      if (t % 1_000 == 0) {
        // What is due has been scored and is open no more.
        assertThat(run.forecasts.open()).allMatch(f -> f.due() >= run.step);
      }
    }
    for (String kind : List.of("escape_steps", "escape_probability")) {
      ForecastScore score = run.score(kind);
      assertThat(score.scored()).as(kind).isPositive();
      assertThat(score.covered()).as(kind).isLessThanOrEqualTo(score.scored());
      assertThat(score.meanLogScore()).as(kind).isFinite();
    }
  }

  /** τ = e^{1/T} at T = 5η, with so many escapes that nothing is left to chance. */
  private static final List<Exposure> LAW = law(1_000_000);

  private static List<Exposure> law(long many) {
    return Arrays.stream(new double[] {0.2, 0.25, 0.5})
        .mapToObj(
            t ->
                new Exposure(
                    t / 5 / 32,
                    t,
                    t / 5,
                    new long[] {many, many},
                    new double[] {many * Math.exp(1 / t), many * Math.exp(1 / t)},
                    new long[][] {{0, many}, {many, 0}}))
        .toList();
  }

  private static BasinStanding first(long spent, double rate) {
    return new BasinStanding(
        1,
        2,
        true,
        0,
        new long[] {spent, 0},
        new double[] {spent * rate, 0},
        new long[][] {{0, 0}, {0, 0}},
        LAW);
  }

  private static Forecast afterChange(Run run) {
    return run.forecasts.open().stream()
        .filter(f -> f.name().equals("escape_after_change"))
        .findFirst()
        .orElseThrow();
  }

  private static Run changed(double rate) {
    Run run = new Run();
    run.rate = 0.05;
    for (int t = 0; t < 100; t++) {
      run.basins = first(t + 1, run.rate);
      run.accept(1.0);
    }
    run.rate = rate;
    run.basins = first(101, run.rate);
    run.accept(1.0);
    return run;
  }

  @Test
  void aChangeIsHeldAgainstTheLawOfArrhenius() {
    Run run = changed(0.06);
    Forecast made = afterChange(run);
    // T = 0.3: an exponential time of mean e^{1/0.3}/0.06, but for the law's own error: 3 % of a
    // barrier of 1 over |1/0.3 − 3.67|, below 2 % of the time.
    double mean = Math.exp(1 / 0.3) / 0.06;
    assertThat(made.madeAt()).isEqualTo(100);
    assertThat(Objects.requireNonNull(made.expected().value()))
        .isCloseTo(mean * Math.log(2), withinPercentage(2));
    assertThat(made.due() - made.madeAt())
        .isCloseTo(Math.round(-mean * Math.log(0.05)), withinPercentage(2));
    run.basins = first(200, run.rate);
    run.accept(1.0, false, Optional.of(new BasinChange(1, 2, 99, run.step, true)));
    assertThat(run.forecasts.scores().get("escape_after_change")).isNull();
    while (run.step <= made.due()) {
      run.accept(1.0);
    }
    ForecastScore score = run.score("escape_after_change");
    assertThat(score.scored()).isEqualTo(1);
    // After one step, below the 5 % quantile of 0.051 means.
    assertThat(score.covered()).isZero();
    assertThat(score.meanLogScore()).isCloseTo(-Math.log(mean), within(0.02));
  }

  @Test
  void smallChangesAndFirstSettingsAreNoTestOfIt() {
    assertThat(changed(0.054).forecasts.open())
        .extracting(Forecast::name)
        .doesNotContain("escape_after_change");
    Run run = changed(0.06);
    run.rate = 0.08;
    run.accept(1.0);
    // Another change voids the first and makes the next.
    assertThat(run.score("escape_after_change").voided()).isEqualTo(1);
    assertThat(afterChange(run).madeAt()).isEqualTo(101);
  }

  @Test
  void threeTemperaturesGiveBarrierAndLearningRate() {
    Run run = new Run();
    run.rate = 0.04;
    long spent = 0;
    for (int t = 0; t < 1_000; t++) {
      spent++;
      run.basins = first(spent, run.rate);
      run.accept(1.0);
    }
    Quantity barrier = run.quantity(QuantityName.BARRIER_HEIGHT);
    assertThat(Objects.requireNonNull(barrier.value())).isCloseTo(1, within(1e-6));
    Quantity rate = run.quantity(QuantityName.ESCAPE_LEARNING_RATE);
    double eta = Objects.requireNonNull(rate.value());
    // By definition: e^{1/(5η)}/η steps make the budget's rest.
    assertThat(Math.exp(1 / (5 * eta)) / eta).isCloseTo(BUDGET - 1_000, within(20.0));
    assertThat(Objects.requireNonNull(rate.low())).isLessThanOrEqualTo(eta);
    assertThat(Objects.requireNonNull(rate.high())).isGreaterThanOrEqualTo(eta);
  }

  @Test
  void otherSettingsMakeForecastsVoid() {
    Run run = new Run();
    for (int t = 0; t < 2_000; t++) {
      run.basins = alone(t + 1, 0.1);
      run.accept(1.0 + 0.01 * (t % 7));
    }
    long open = run.forecasts.open().size();
    assertThat(open).isPositive();
    run.rate = 0.05;
    run.accept(1.0);
    assertThat(run.forecasts.open().stream().filter(f -> f.madeAt() < 2_000)).isEmpty();
    long voided = run.forecasts.scores().values().stream().mapToLong(ForecastScore::voided).sum();
    assertThat(voided).isEqualTo(open);
    run.forecasts.end();
    assertThat(run.forecasts.open()).isEmpty();
  }

  @Test
  void aStepThatIsNotFiniteMakesForecastsVoid() {
    Run run = new Run();
    for (int t = 0; t < 2_000; t++) {
      run.accept(1.0 + 0.01 * (t % 7));
    }
    assertThat(run.forecasts.open()).isNotEmpty();
    run.accept(Double.NaN, true, Optional.empty());
    assertThat(run.forecasts.open()).isEmpty();
  }

  @Test
  void goesOnAfterRestore() {
    Run one = new Run();
    SplittableRandom random = new SplittableRandom(4);
    for (int t = 0; t < 3_000; t++) {
      one.basins = alone(t + 1, 0.1);
      one.standing = standing(Drift.FALLING, -1e-5, 1e-6);
      one.accept(1 + 0.1 * random.nextGaussian());
    }
    Run two = new Run();
    States.copy(one.forecasts::writeTo, two.forecasts::readFrom);
    States.copy(one.estimators::writeTo, two.estimators::readFrom);
    two.step = one.step;
    two.standing = one.standing;
    for (int t = 3_000; t < 4_000; t++) {
      double loss = 1 + 0.1 * random.nextGaussian();
      one.basins = alone(t + 1, 0.1);
      two.basins = one.basins;
      one.accept(loss);
      two.accept(loss);
    }
    assertThat(States.bytes(two.forecasts::writeTo))
        .isEqualTo(States.bytes(one.forecasts::writeTo));
    assertThat(two.forecasts.open()).isEqualTo(one.forecasts.open());
    assertThat(two.forecasts.outlook()).isEqualTo(one.forecasts.outlook());
    assertThat(States.bytes(one.forecasts::writeTo).length).isLessThan(20_000);
  }
}
