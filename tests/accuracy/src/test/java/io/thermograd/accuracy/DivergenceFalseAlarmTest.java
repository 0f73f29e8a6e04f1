package io.thermograd.accuracy;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Alarms on runs in which nothing diverges, ours and those of the rules that others use. */
@ExtendWith(AccuracyTable.class)
class DivergenceFalseAlarmTest {
  /** 1 is the quick part; 8 makes 10⁷ synthetic and 1.5 million simulated steps. */
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final int RUNS = 2 * SCALE;
  private static final int STEPS = 20_000;
  private static final RunSettings STREAM = RunSettings.of(Optimizer.SGD);

  private static final List<String> HEALTHY =
      List.of(
          "noisy-quadratic-aligned",
          "noisy-quadratic-misaligned",
          "batch-size-growth",
          "linear-regression",
          "breast-cancer",
          "double-well",
          "himmelblau",
          "three-humps",
          "muller-brown",
          "annealing",
          "trapped",
          "wine",
          "digits-sgd",
          "digits-momentum",
          "digits-adam",
          "plateau-then-drop");

  /** Alarms and the steps in which they were raised. */
  private static final class Count {
    private final Map<String, Long> alarms = new TreeMap<>();
    private long steps;
    private long warnings;
    private long criticals;
    private long comparable;

    synchronized void add(Watch watch) {
      steps += watch.steps;
      comparable += watch.comparable;
      warnings += watch.ours.warnings;
      criticals += watch.ours.criticals;
      watch.others.forEach((name, n) -> alarms.merge(name, n, Long::sum));
    }

    synchronized void add(Count other) {
      steps += other.steps;
      comparable += other.comparable;
      warnings += other.warnings;
      criticals += other.criticals;
      other.alarms.forEach((name, n) -> alarms.merge(name, n, Long::sum));
    }

    String perMillion() {
      StringBuilder text = new StringBuilder();
      if (comparable == 0) {
        return "";
      }
      alarms.forEach(
          (name, n) ->
              text.append("; %s %,.0f per 10⁶".formatted(name, 1e6 * n / Math.max(1, comparable))));
      return text.toString();
    }
  }

  /** One run under all rules. */
  private static final class Watch {
    private final AlarmRule.Detectors ours;
    private final Map<String, AlarmRule> rules = new TreeMap<>();
    private final Map<String, Long> others = new TreeMap<>();
    private long steps;
    private long comparable;

    Watch(RunSettings settings) {
      ours = AlarmRule.ours(settings);
      AlarmRule.others()
          .forEach(
              (name, rule) -> {
                rules.put(name, AlarmRule.once(rule.get()));
                others.put(name, 0L);
              });
    }

    void acceptWithoutLoss(TrainingStep step) {
      steps++;
      ours.accept(AlarmRule.withoutLoss(step));
    }

    void accept(TrainingStep step) {
      steps++;
      ours.accept(step);
      if (step.gradSqnorm() != null) {
        comparable++;
        rules.forEach((name, rule) -> others.merge(name, rule.accept(step) ? 1L : 0L, Long::sum));
      }
    }
  }

  @Test
  void healthyScenarios() {
    SoftAssertions softly = new SoftAssertions();
    Map<String, Count> counts = new ConcurrentHashMap<>();
    IntStream.range(0, HEALTHY.size() * RUNS)
        .parallel()
        .forEach(
            i -> {
              String name = HEALTHY.get(i / RUNS);
              // Probes of networks take longer than their training: few runs of them.
              int seed = 1 + i % RUNS;
              boolean network = name.startsWith("digits") || name.equals("wine");
              if (network ? seed < SCALE : seed <= Math.max(1, RUNS / 2)) {
                counts.computeIfAbsent(name, n -> new Count()).add(simulate(name, seed));
              }
            });
    Count all = new Count();
    counts.forEach(
        (name, count) -> {
          all.add(count);
          AccuracyTable.add(
              softly,
              "false divergences, simulated",
              name,
              "0 critical, 0 warnings",
              "%d critical, %d warnings in %,d steps"
                  .formatted(count.criticals, count.warnings, count.steps),
              count.criticals == 0 && count.warnings == 0);
        });
    AccuracyTable.note(
        "false divergences, simulated, per 10⁶",
        "all %,d steps".formatted(all.steps),
        "ours %,.1f".formatted(1e6 * (all.warnings + all.criticals) / all.steps)
            + all.perMillion());
    softly.assertAll();
  }

  @Test
  void catapultsThatReturnAreNeverCritical() {
    SoftAssertions softly = new SoftAssertions();
    int runs = 24 * SCALE;
    Count count = new Count();
    IntStream.rangeClosed(1, runs)
        .parallel()
        .forEach(seed -> count.add(simulate("catapult", seed)));
    AccuracyTable.add(
        softly,
        "catapults that return, called a divergence",
        "%d seeds, η raised to 3/λmax".formatted(runs),
        "0 critical",
        "%d critical; %d warnings of growth, all closed as returned"
            .formatted(count.criticals, count.warnings),
        count.criticals == 0);
    softly.assertAll();
  }

  @Test
  void healthyStreams() {
    SoftAssertions softly = new SoftAssertions();
    LossStreams[] streams = LossStreams.values();
    LossStreams.Told[] told = LossStreams.Told.values();
    Count[] counts = new Count[streams.length * told.length];
    Count all = new Count();
    IntStream.range(0, counts.length)
        .parallel()
        .forEach(
            i -> {
              counts[i] = new Count();
              for (int run = 0; run < RUNS; run++) {
                Watch watch = new Watch(STREAM);
                var stream =
                    streams[i / told.length].new Run(1_000L * i + run, told[i % told.length]);
                for (int t = 0; t < STEPS; t++) {
                  watch.accept(stream.next());
                }
                counts[i].add(watch);
              }
            });
    for (int i = 0; i < counts.length; i++) {
      all.add(counts[i]);
      AccuracyTable.note(
          "false divergences, synthetic",
          streams[i / told.length].what + ", gradient told by " + told[i % told.length],
          "%d critical, %d warnings in %,d steps%s"
              .formatted(
                  counts[i].criticals,
                  counts[i].warnings,
                  counts[i].steps,
                  counts[i].perMillion()));
    }
    double allowed = Math.max(1, 1e-6 * all.steps);
    AccuracyTable.add(
        softly,
        "false divergences, synthetic, per 10⁶",
        "all %,d steps".formatted(all.steps),
        "at most 1",
        "%d critical, %d warnings%s".formatted(all.criticals, all.warnings, all.perMillion()),
        all.criticals + all.warnings <= allowed);
    softly.assertAll();
  }

  /** The same without a loss: growth is then that of ‖ḡ‖². */
  @Test
  void withoutLoss() {
    SoftAssertions softly = new SoftAssertions();
    LossStreams[] streams = LossStreams.values();
    List<LossStreams.Told> told = List.of(LossStreams.Told.SKETCHES, LossStreams.Told.NORMS);
    Count synthetic = new Count();
    IntStream.range(0, streams.length * told.size() * RUNS)
        .parallel()
        .forEach(
            i -> {
              Watch watch = new Watch(STREAM);
              int which = i / RUNS;
              var stream =
                  streams[which / told.size()].new Run(500_000L + i, told.get(which % told.size()));
              for (int t = 0; t < STEPS; t++) {
                watch.acceptWithoutLoss(stream.next());
              }
              synthetic.add(watch);
            });
    Count simulated = new Count();
    IntStream.range(0, HEALTHY.size())
        .parallel()
        .forEach(
            i -> {
              Watch[] watch = new Watch[1];
              ScenarioSteps.emit(
                  HEALTHY.get(i),
                  1,
                  settings -> watch[0] = new Watch(settings),
                  step -> watch[0].acceptWithoutLoss(step));
              simulated.add(watch[0]);
            });
    for (Count count : List.of(synthetic, simulated)) {
      AccuracyTable.add(
          softly,
          "false divergences, no loss sent",
          count == synthetic ? "synthetic" : "simulated",
          "at most 1 per 10⁶ steps",
          "%d critical, %d warnings in %,d steps"
              .formatted(count.criticals, count.warnings, count.steps),
          count.criticals + count.warnings <= Math.max(1, 1e-6 * count.steps));
    }
    softly.assertAll();
  }

  private static Watch simulate(String name, long seed) {
    Watch[] watch = new Watch[1];
    ScenarioSteps.emit(
        name, seed, settings -> watch[0] = new Watch(settings), step -> watch[0].accept(step));
    return watch[0];
  }
}
