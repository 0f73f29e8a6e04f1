package io.thermograd.accuracy;

import io.thermograd.accuracy.jury.Labels;
import io.thermograd.accuracy.jury.RegimeScore;
import io.thermograd.accuracy.jury.Testimony;
import io.thermograd.accuracy.jury.Witness;
import io.thermograd.simulator.dynamics.Autocorrelation;
import io.thermograd.simulator.scenario.Scenario;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Setup;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The simulator's scenarios: the regime of every step against the truth's spans, and pages where
 * nothing is wrong. One seed each, hopping runs for a third of their steps and of the networks only
 * the demonstration's; -Dthermograd.accuracy.scale=20 takes 20 seeds of everything.
 */
@ExtendWith(AccuracyTable.class)
class RegimeAccuracyTest {
  private static final int SEEDS = Integer.getInteger("thermograd.accuracy.scale", 1);

  /** Scenarios in which something breaks that deserves a page. */
  private static final Set<String> FATAL =
      Set.of(
          "demo",
          "learning-rate-too-high",
          "slow-divergence",
          "nan-injection",
          "dead-relus",
          "data-order-drift");

  /** Networks: most of the time is theirs. */
  private static final Set<String> SLOW =
      Set.of(
          "digits-sgd",
          "digits-momentum",
          "digits-adam",
          "wine",
          "edge-of-stability",
          "nan-injection",
          "dead-relus",
          "vanishing-gradients",
          "data-order-drift",
          "stale-rank");

  private static final long FEW_STEPS = 10_000;

  /** What one scenario gave over its seeds. */
  private static final class Result {
    private final RegimeScore score = new RegimeScore();
    private long steps;
    private long pages;
    private long warnings;
  }

  @Test
  void scenarios() {
    List<Scenario> scenarios =
        Scenarios.all().stream().filter(s -> SEEDS > 1 || !SLOW.contains(s.name())).toList();
    Map<String, Result> results = new TreeMap<>();
    scenarios.forEach(scenario -> results.put(scenario.name(), new Result()));
    IntStream.range(0, scenarios.size() * SEEDS)
        .parallel()
        .forEach(
            i -> {
              Scenario scenario = scenarios.get(i / SEEDS);
              judge(scenario, 1 + i % SEEDS, results);
            });
    RegimeScore all = new RegimeScore();
    Result healthy = new Result();
    results.forEach(
        (name, result) -> {
          all.add(result.score);
          if (!FATAL.contains(name)) {
            healthy.steps += result.steps;
            healthy.pages += result.pages;
            healthy.warnings += result.warnings;
            if (result.pages + result.warnings > 0) {
              AccuracyTable.note(
                  "simulator, false alarms of any kind",
                  name,
                  "%d pages, %d warnings in %,d steps"
                      .formatted(result.pages, result.warnings, result.steps));
            }
          }
          if (result.score.steps() > 0) {
            AccuracyTable.aim(
                "simulator, regime",
                name,
                "95 % of steps",
                "%.1f %% of %,d: %s"
                    .formatted(
                        100 * result.score.accuracy(),
                        result.score.steps(),
                        result.score.confusion()),
                result.score.accuracy() >= 0.95);
          } else {
            AccuracyTable.note("simulator, regime", name, "nothing beyond doubt");
          }
        });
    AccuracyTable.aim(
        "simulator, regime, all",
        "%d scenarios, %d seeds".formatted(scenarios.size(), SEEDS),
        "95 % of steps",
        "%.1f %% of %,d; %s".formatted(100 * all.accuracy(), all.steps(), all.confusion()),
        all.accuracy() >= 0.95);
    AccuracyTable.aim(
        "simulator, false alarms of any kind",
        "scenarios without a fatal fault, %,d steps".formatted(healthy.steps),
        "at most 1 page per 10⁶",
        "%d pages, %d warnings".formatted(healthy.pages, healthy.warnings),
        healthy.pages <= Math.max(1, healthy.steps * 1e-6));
  }

  private static void judge(Scenario scenario, long seed, Map<String, Result> results) {
    long steps = SEEDS > 1 ? scenario.steps() : Math.min(FEW_STEPS, scenario.steps());
    Simulation simulation =
        scenario.simulation(new Setup(seed, scenario.name(), steps)).withoutValues();
    Witness ours = Witness.ofRegimes(simulation.setup().runId());
    double[] losses = new double[(int) simulation.setup().steps()];
    Truth truth;
    try {
      truth =
          simulation.emit(
              event -> {
                ours.accept(event);
                if (event.hasStep() && event.getStep().getRank() == 0) {
                  losses[(int) event.getStep().getStep()] = event.getStep().getLoss();
                }
              },
              Simulation.clock(),
              () -> false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Testimony said = ours.testimony();
    Labels labels = Labels.of(truth, memory(truth, losses));
    Result result = Objects.requireNonNull(results.get(scenario.name()));
    synchronized (result) {
      result.score.add(labels, said);
      result.steps += truth.steps();
      for (Testimony.Alarm alarm : said.alarms()) {
        result.pages += alarm.severity() == Severity.CRITICAL ? 1 : 0;
        result.warnings += alarm.severity() == Severity.WARNING ? 1 : 0;
      }
    }
  }

  /** Of the loss in the longest flat span; 10 steps where there is none. */
  private static double memory(Truth truth, double[] losses) {
    return truth.regimes().stream()
        .filter(s -> s.regime() == Regime.STATIONARY || s.regime() == Regime.PLATEAU)
        .max(Comparator.comparingLong(s -> s.to() - s.from()))
        .filter(s -> s.to() - s.from() >= 100)
        .map(s -> Arrays.copyOfRange(losses, (int) s.from(), (int) s.to()))
        .map(span -> Math.min(Autocorrelation.of(span).time(), span.length / 10.0))
        .filter(Double::isFinite)
        .orElse(10.0);
  }
}
