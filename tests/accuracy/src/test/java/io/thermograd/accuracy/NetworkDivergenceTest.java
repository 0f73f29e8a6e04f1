package io.thermograd.accuracy;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Learning rates of digits networks raised beyond 2/λ_max in the middle of a run. What became of it
 * is told in hindsight, by the loss over the whole training set against its mean of the 200 steps
 * before the raise: it came back if it fell below that after it had doubled; it has grown for good
 * from the step on behind which it stays above tenfold to the end, {@value #AFTER} steps later.
 */
@ExtendWith(AccuracyTable.class)
class NetworkDivergenceTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  /** 10 is the whole: 20 runs a cell, every other one of a ReLU network. */
  private static final int RUNS = 2 * SCALE;

  private static final double[] FACTORS =
      SCALE == 1 ? new double[] {1.5, 3} : new double[] {1.05, 1.25, 1.5, 2, 3, 4};
  private static final int RAISED = 600;
  private static final int AFTER = 1_000;
  private static final double RATE = 0.2;
  private static final Batches BATCHES = Batches.of(4, 16);
  private static final int NEVER = Integer.MAX_VALUE;

  /**
   * One run; steps after the raise.
   *
   * @param tenfold when the whole loss was above tenfold first
   * @param forGood when it was for good
   * @param back when it came back
   * @param critical when ours was
   * @param alarms when each rule fired first
   */
  private record Run(
      int tenfold, int forGood, int back, int critical, Map<String, Integer> alarms) {
    boolean cameBack() {
      return back < NEVER;
    }

    boolean grew() {
      return !cameBack() && forGood < NEVER;
    }

    int first(String rule) {
      return alarms.getOrDefault(rule, NEVER);
    }
  }

  /** Follows one run. */
  private static final class Watch implements Consumer<StepView> {
    private final Evaluator whole;
    private final AlarmRule.Detectors ours = AlarmRule.ours(0);
    private final Map<String, AlarmRule> rules = new TreeMap<>();
    private final Map<String, Integer> first = new TreeMap<>();
    private double level;
    private boolean doubled;
    private int tenfold = NEVER;
    private int forGood = NEVER;
    private int back = NEVER;

    Watch(Evaluator whole) {
      this.whole = whole;
      AlarmRule.others().forEach((name, rule) -> rules.put(name, rule.get()));
      rules.put("ours", ours);
    }

    @Override
    public void accept(StepView view) {
      TrainingStep step = DivergenceLeadTest.step(view);
      int after = (int) view.step() - RAISED;
      rules.forEach(
          (name, rule) -> {
            if (rule.accept(step) && after > 0) {
              first.putIfAbsent(name, after);
            }
          });
      if (after >= -200 && after < 0 && after % 10 == 0) {
        level += whole.loss(view.theta()) / 20;
      } else if (after >= 0 && after % (after < 30 ? 1 : after < 200 ? 5 : 10) == 0) {
        look(after, whole.loss(view.theta()));
      }
    }

    private void look(int after, double loss) {
      doubled |= loss > 2 * level;
      if (doubled && loss < level) {
        back = Math.min(back, after);
      }
      // A loss that is not a number is above.
      if (loss <= 10 * level) {
        forGood = NEVER;
      } else {
        tenfold = Math.min(tenfold, after);
        forGood = Math.min(forGood, after);
      }
    }

    Run run() {
      int critical = ours.firstCritical < RAISED ? NEVER : (int) ours.firstCritical - RAISED;
      return new Run(tenfold, forGood, back, critical, first);
    }
  }

  @Test
  void beyondTheLimit() {
    SoftAssertions softly = new SoftAssertions();
    Map<Double, List<Run>> cells = new TreeMap<>();
    IntStream.range(0, RUNS)
        .parallel()
        .forEach(
            i -> {
              Mlp mlp = i % 2 == 0 ? Mlp.tanh(64, 32, 10) : Mlp.relu(64, 32, 10);
              Map<Double, Run> some = runs(mlp, i);
              synchronized (cells) {
                some.forEach(
                    (factor, run) ->
                        cells.computeIfAbsent(factor, f -> new ArrayList<>()).add(run));
              }
            });
    List<Run> all = new ArrayList<>();
    cells.forEach(
        (factor, runs) -> {
          all.addAll(runs);
          report(softly, "η to %.2f of 2/λmax".formatted(factor), runs);
        });
    report(softly, "all", all);
    softly.assertAll();
  }

  private static void report(SoftAssertions softly, String where, List<Run> runs) {
    List<Run> returned = runs.stream().filter(Run::cameBack).toList();
    List<Run> grown = runs.stream().filter(Run::grew).toList();
    long paged = returned.stream().filter(r -> r.critical < NEVER).count();
    long tooEarly = returned.stream().filter(r -> r.critical < r.back).count();
    AccuracyTable.add(
        softly,
        "catapult of a digits network",
        where,
        "0 critical",
        "%d of %d came back, after %s; %d critical, %d of them while it was out; %d warned of"
            .formatted(
                returned.size(),
                runs.size(),
                steps(returned.stream().mapToInt(Run::back).toArray()),
                paged,
                tooEarly,
                returned.stream().filter(r -> r.first("ours") < NEVER).count()),
        paged == 0);
    long inTime = grown.stream().filter(r -> r.first("ours") <= r.forGood).count();
    AccuracyTable.aim(
        "divergence of a digits network",
        where,
        "in time in 95 %",
        "%d of %d above tenfold to the end; alarm in time %d, one step late %d; %d became critical, after %s"
            .formatted(
                grown.size(),
                runs.size(),
                inTime,
                grown.stream().filter(r -> r.first("ours") <= r.forGood + 1).count() - inTime,
                grown.stream().filter(r -> r.critical < NEVER).count(),
                steps(grown.stream().mapToInt(Run::critical).toArray())),
        inTime >= 0.95 * grown.size());
    softly
        .assertThat(grown.stream().filter(r -> r.first("ours") < NEVER).count())
        .as("%s: every run that grew is warned of", where)
        .isEqualTo(grown.size());
    List<Run> ever = runs.stream().filter(r -> r.tenfold < NEVER).toList();
    StringBuilder line = new StringBuilder();
    for (String name : runs.get(0).alarms.keySet().stream().sorted().toList()) {
      line.append(
          "%s%s: %d, within a step %d"
              .formatted(
                  line.isEmpty() ? "" : "; ",
                  name,
                  ever.stream().filter(r -> r.first(name) <= r.tenfold).count(),
                  ever.stream().filter(r -> r.first(name) <= r.tenfold + 1).count()));
    }
    AccuracyTable.note(
        "a digits network's loss tenfold, for good or not",
        where,
        "alarm before in, of %d: %s".formatted(ever.size(), line));
  }

  /** Median and range. */
  private static String steps(int[] steps) {
    Arrays.sort(steps);
    return steps.length == 0
        ? "none"
        : "%s (%s to %s) steps"
            .formatted(
                step(steps[steps.length / 2]), step(steps[0]), step(steps[steps.length - 1]));
  }

  private static String step(int step) {
    return step == NEVER ? "never" : String.valueOf(step);
  }

  /** Runs of one network, one for each factor. */
  private static Map<Double, Run> runs(Mlp mlp, int seed) {
    var task =
        new ClassifierTask(
            mlp, Digits.load(), 360, SamplingScheme.WITHOUT_REPLACEMENT, 0, 100 + seed);
    Evaluator whole = task.evaluator();
    LearningRate rate = LearningRate.constant(RATE);
    double[] theta = train(task, rate, RAISED, view -> {});
    double sharpness = Curvature.at(mlp, whole.data(), theta).top(1).values()[0];
    Map<Double, Run> runs = new TreeMap<>();
    for (double factor : FACTORS) {
      Watch watch = new Watch(whole);
      train(task, rate.times(factor * 2 / sharpness / RATE, RAISED), RAISED + AFTER, watch);
      runs.put(factor, watch.run());
    }
    return runs;
  }

  private static double[] train(
      ClassifierTask task, LearningRate rate, int steps, Consumer<StepView> observer) {
    Start start = task.get();
    TrainingPlan plan = TrainingPlan.of(OptimizerSettings.sgd(), rate, BATCHES, steps);
    return new Trainer(start.source(), start.theta(), plan, task.seed())
        .run(observer, () -> false)
        .theta();
  }
}
