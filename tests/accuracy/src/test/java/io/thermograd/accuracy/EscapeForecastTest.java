package io.thermograd.accuracy;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.forecast.Forecasts;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.theory.FirstPassage;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Escapes from the double well (x² − 1)² on a line, as forecast from a perfect knowledge of the
 * basins: what remains is the statistics of the forecasts.
 */
@ExtendWith(AccuracyTable.class)
class EscapeForecastTest {
  /** 1 is the quick part; 8 has the 200 runs at each temperature. */
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final int RUNS = 25 * SCALE;
  private static final double[] TEMPERATURES = {0.15, 0.18, 0.22, 0.26, 0.32, 0.4};
  private static final double ETA = 0.04;
  private static final long BATCH = 32;

  /** Of the core at ±1. */
  private static final double CORE = 0.7;

  /** Mean stays that a run lasts. */
  private static final double STAYS = 40;

  private static final double BARRIER = 1;

  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  static final Standing FLAT =
      new Standing(Standing.Drift.FLAT, 0, 1e-9, 0, 1_000, 10, Standing.Equilibrium.HOLDS);

  /** Forecasts and the basins that they are told of, of one replica. */
  static final class Watched {
    final KnownWells wells;
    final Forecasts forecasts;
    private final RunEstimators estimators;

    Watched(KnownWells wells, RunSettings settings) {
      this.wells = wells;
      this.forecasts = new Forecasts(settings);
      this.estimators = new RunEstimators(settings, 500, 100);
    }

    /** Tells the forecasts of a change at once, and otherwise when asked to. */
    void accept(
        long step,
        long passed,
        double x,
        double loss,
        double eta,
        double temperature,
        Standing at,
        boolean tell) {
      Optional<BasinChange> change = wells.accept(step, x, passed, eta, BATCH, temperature);
      if (!tell && change.isEmpty()) {
        return;
      }
      TrainingStep event =
          TrainingStep.at(step, step).loss(loss).learningRate(eta).batchSize(BATCH).build();
      estimators.accept(event);
      forecasts.accept(event, estimators, at, wells::standing, change);
    }

    QuantityList describe(Standing at) {
      QuantityList list = new QuantityList();
      forecasts.describe(list, estimators, at, wells.standing());
      return list;
    }
  }

  @Test
  void intervalsCover() {
    SoftAssertions softly = new SoftAssertions();
    long scored = 0;
    long covered = 0;
    for (double temperature : TEMPERATURES) {
      double stay = stay(temperature) / ETA;
      long every = Math.max(1, (long) (stay / 500));
      LangevinEnsemble replicas =
          LangevinEnsemble.at(
              DoubleWell.line(), temperature, ETA, new double[] {1}, RUNS, seed(temperature));
      List<Watched> watched = new ArrayList<>();
      for (int r = 0; r < RUNS; r++) {
        watched.add(new Watched(new KnownWells(-CORE, CORE), SETTINGS));
      }
      for (long t = every; t <= STAYS * stay; t += every) {
        replicas.step(every);
        double[] x = replicas.positions();
        for (int r = 0; r < RUNS; r++) {
          watched.get(r).accept(t, every, x[r], 0, ETA, temperature, FLAT, t % (5 * every) == 0);
        }
      }
      Scores times = new Scores();
      Scores chances = new Scores();
      for (Watched run : watched) {
        times.add(run.forecasts.scores().get("escape_steps"));
        chances.add(run.forecasts.scores().get("escape_probability"));
      }
      scored += times.scored;
      covered += times.covered;
      AccuracyTable.add(
          softly,
          "escape forecast, 90 % intervals",
          "double well, T %.2f, %d runs of %.0f stays".formatted(temperature, RUNS, STAYS),
          "85-95 % cover",
          "%.1f %% of %,d; log score %.2f".formatted(times.share(), times.scored, times.mean()),
          times.share() >= 85 - times.slack(RUNS) && times.share() <= 95 + times.slack(RUNS));
      AccuracyTable.note(
          "escape within as long as the run is old, log score",
          "double well, T %.2f".formatted(temperature),
          "%.3f nats (a coin: -0.693) of %,d".formatted(chances.mean(), chances.scored));
    }
    double share = 100.0 * covered / scored;
    AccuracyTable.add(
        softly,
        "escape forecast, 90 % intervals",
        "all temperatures",
        "85-95 % cover",
        "%.1f %% of %,d".formatted(share, scored),
        share >= 85 && share <= 95);
    softly.assertAll();
  }

  /** Pooled over runs. */
  private static final class Scores {
    private long scored;
    private long covered;
    private double log;

    void add(@Nullable ForecastScore score) {
      if (score != null) {
        scored += score.scored();
        covered += score.covered();
        log += score.scored() * score.meanLogScore();
      }
    }

    double share() {
      return 100.0 * covered / scored;
    }

    double mean() {
      return log / scored;
    }

    /** Two standard deviations of the share were all forecasts of a run one; 0 at full size. */
    double slack(int runs) {
      return runs >= 200 ? 0 : 200 * Math.sqrt(0.9 * 0.1 / runs);
    }
  }

  @Test
  void temperaturesGiveTheBarrier() {
    SoftAssertions softly = new SoftAssertions();
    int runs = RUNS;
    double[] heights = new double[runs];
    int held = 0;
    int known = 0;
    int rateHeld = 0;
    LangevinEnsemble replicas = null;
    List<Watched> watched = new ArrayList<>();
    long budget = 60_000_000;
    RunSettings settings = RunSettings.of(Optimizer.SGD).withBudgetSteps(budget);
    for (int r = 0; r < runs; r++) {
      watched.add(new Watched(new KnownWells(-CORE, CORE), settings));
    }
    double[] positions = new double[runs];
    Arrays.fill(positions, 1);
    long step = 0;
    // T = aη: the learning rate follows the temperature.
    double perRate = TEMPERATURES[TEMPERATURES.length - 1] / ETA;
    for (int i = TEMPERATURES.length - 1; i >= 0; i--) {
      double temperature = TEMPERATURES[i];
      double eta = temperature / perRate;
      double stay = stay(temperature) / eta;
      long every = Math.max(1, (long) (stay / 200));
      replicas =
          LangevinEnsemble.at(
              DoubleWell.line(), temperature, eta, new double[] {1}, runs, seed(temperature) + 7);
      System.arraycopy(positions, 0, replicas.positions(), 0, runs);
      for (long t = 0; t < 120 * stay; t += every) {
        replicas.step(every);
        step += every;
        double[] x = replicas.positions();
        for (int r = 0; r < runs; r++) {
          watched
              .get(r)
              .accept(step, every, x[r], 0, eta, temperature, FLAT, t % (50 * every) == 0);
        }
      }
      System.arraycopy(replicas.positions(), 0, positions, 0, runs);
    }
    double last = TEMPERATURES[0] / perRate;
    double truth = rateFor(perRate, budget - 1 - step);
    for (int r = 0; r < runs; r++) {
      Map<String, Quantity> q = watched.get(r).describe(FLAT).quantities();
      Quantity height = q.get(QuantityName.BARRIER_HEIGHT.id());
      Quantity rate = q.get(QuantityName.ESCAPE_LEARNING_RATE.id());
      if (height == null || rate == null) {
        continue;
      }
      heights[known++] = Objects.requireNonNull(height.value());
      held += holds(height, BARRIER) ? 1 : 0;
      rateHeld += holds(rate, truth) ? 1 : 0;
    }
    double[] sorted = Arrays.copyOf(heights, known);
    Arrays.sort(sorted);
    double mean = Arrays.stream(sorted).average().orElse(Double.NaN);
    long near = Arrays.stream(sorted).filter(h -> Math.abs(h / BARRIER - 1) <= 0.1).count();
    AccuracyTable.add(
        softly,
        "Arrhenius ΔU from stays at six temperatures",
        "double well, some 60 escapes a temperature, %d runs".formatted(runs),
        "within 10 % of 1 in >= 95 % of runs",
        "%d of %d within 10 %%; mean %.3f, extremes %.3f to %.3f; 95 %% interval holds 1 in %d"
            .formatted(near, known, mean, sorted[0], sorted[known - 1], held),
        known == runs && near >= 0.95 * runs);
    AccuracyTable.note(
        "learning rate to escape within the budget",
        "double well, η now %.4f, true %.4f".formatted(last, truth),
        "95 %% interval holds it in %d of %d".formatted(rateHeld, known));
    softly.assertAll();
  }

  /**
   * The law of Arrhenius from three temperatures says how long the first escape takes after a
   * change of the learning rate, to where no run has been: colder, in between, and hotter.
   */
  @Test
  void changesOfTheLearningRateComeTrue() {
    SoftAssertions softly = new SoftAssertions();
    double[] seen = {0.36, 0.3, 0.25};
    double[] next = {0.2, 0.27, 0.17, 0.4};
    double perRate = TEMPERATURES[TEMPERATURES.length - 1] / ETA;
    List<Watched> watched = new ArrayList<>();
    for (int r = 0; r < RUNS; r++) {
      watched.add(new Watched(new KnownWells(-CORE, CORE), SETTINGS));
    }
    double[] positions = new double[RUNS];
    Arrays.fill(positions, 1);
    long step = 0;
    for (double temperature :
        DoubleStream.concat(Arrays.stream(seen), Arrays.stream(next)).toArray()) {
      double eta = temperature / perRate;
      double stay = stay(temperature) / eta;
      long every = Math.max(1, (long) (stay / 200));
      LangevinEnsemble replicas =
          LangevinEnsemble.at(
              DoubleWell.line(), temperature, eta, new double[] {1}, RUNS, seed(temperature) + 13);
      System.arraycopy(positions, 0, replicas.positions(), 0, RUNS);
      for (long t = 0; t < STAYS * stay; t += every) {
        replicas.step(every);
        step += every;
        double[] x = replicas.positions();
        for (int r = 0; r < RUNS; r++) {
          watched
              .get(r)
              .accept(step, every, x[r], 0, eta, temperature, FLAT, t % (20 * every) == 0);
        }
      }
      System.arraycopy(replicas.positions(), 0, positions, 0, RUNS);
    }
    Scores scores = new Scores();
    for (Watched run : watched) {
      scores.add(run.forecasts.scores().get("escape_after_change"));
    }
    AccuracyTable.add(
        softly,
        "escape after a change of η, from the Arrhenius line, 90 % intervals",
        "double well, T 0.25 to 0.36, then %s; %d runs".formatted(Arrays.toString(next), RUNS),
        "85-95 % cover, >= 90 % of the changes scored",
        "%.1f %% of %,d; log score %.2f".formatted(scores.share(), scores.scored, scores.mean()),
        scores.share() >= 85 - scores.slack(RUNS)
            && scores.share() <= 95 + scores.slack(RUNS)
            && scores.scored >= 0.9 * RUNS * next.length);
    softly.assertAll();
  }

  private static boolean holds(Quantity q, double truth) {
    return Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high());
  }

  /** The η whose exact mean stay takes so many steps, by bisection. */
  private static double rateFor(double perRate, double steps) {
    double low = 1e-4;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = Math.sqrt(low * high);
      if (stay(perRate * middle) / middle > steps) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Exact mean time from one core's edge to the other's, in SGD time. */
  static double stay(double temperature) {
    return FirstPassage.meanTime(x -> (x * x - 1) * (x * x - 1), temperature, -3, -CORE, CORE);
  }

  private static long seed(double temperature) {
    return 101 + Math.round(1e4 * temperature);
  }
}
