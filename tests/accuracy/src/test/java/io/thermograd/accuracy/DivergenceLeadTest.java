package io.thermograd.accuracy;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.LandscapeSource;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Learning rates raised beyond the stability limit in the middle of a run: whether the alarm comes
 * before the loss has grown tenfold, in hindsight. The loss has grown tenfold from the step on
 * behind which it stays above 10 times its mean of the 200 steps before the raise.
 */
@ExtendWith(AccuracyTable.class)
class DivergenceLeadTest {
  private static final double[] FACTORS = {1.005, 1.02, 1.05, 1.5, 2};
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);
  private static final int SEEDS = 20;

  /** 10 makes enough growths to tell one in 64. */
  private static final int NEAR_SEEDS = 20 * SCALE;

  private static final int RAISED = 1_000;
  private static final int DIM = 20;
  private static final double LARGEST = 5;
  private static final Batches BATCHES = Batches.of(4, 8);

  /**
   * One run.
   *
   * @param tenfold when its loss had grown tenfold; −1 for never
   * @param alarms when each rule fired first
   * @param critical when ours was critical; −1 for never
   * @param growths of which ours has warned
   * @param ending exponential mean loss of the last 50 steps over the level before
   */
  private record Run(
      int tenfold, Map<String, Integer> alarms, int critical, long growths, double ending) {
    /** Whether the loss is where it was before, give or take half. */
    boolean cameBack() {
      return ending < 1.5;
    }
  }

  /** Follows one run. */
  private static final class Watch {
    private final int raised;
    private final AlarmRule.Detectors ours;
    private final UnaryOperator<TrainingStep> told;
    private final Map<String, AlarmRule> rules = new TreeMap<>();
    private final Map<String, Integer> first = new TreeMap<>();
    private double level;
    private int tenfold = -1;
    private double last;

    Watch(int raised, double momentum) {
      this(raised, momentum, step -> step);
    }

    /**
     * @param told what our detectors are told of a step
     */
    Watch(int raised, double momentum, UnaryOperator<TrainingStep> told) {
      this.raised = raised;
      this.told = told;
      ours = AlarmRule.ours(momentum);
      AlarmRule.others().forEach((name, rule) -> rules.put(name, rule.get()));
      rules.put("ours", ours);
    }

    void accept(StepView view) {
      TrainingStep step = step(view);
      int after = (int) view.step() - raised;
      rules.forEach(
          (name, rule) -> {
            if (rule.accept(rule == ours ? told.apply(step) : step) && after > 0) {
              first.putIfAbsent(name, after);
            }
          });
      last = 0.98 * last + 0.02 * view.loss();
      if (after < 0) {
        level += after >= -200 ? view.loss() / 200 : 0;
      } else if (view.loss() <= 10 * level) {
        tenfold = -1;
      } else if (tenfold < 0) {
        tenfold = after;
      }
    }

    Run run() {
      int critical = ours.firstCritical < raised ? -1 : (int) ours.firstCritical - raised;
      return new Run(tenfold, first, critical, ours.growths, last / level);
    }
  }

  @Test
  void quadratics() {
    SoftAssertions softly = new SoftAssertions();
    for (double before : new double[] {0.5, 0.9}) {
      for (double beta : new double[] {0, 0.9}) {
        for (double factor : FACTORS) {
          List<Run> runs =
              IntStream.range(0, SEEDS)
                  .parallel()
                  .mapToObj(seed -> quadratic(seed, beta, before, factor))
                  .toList();
          String where =
              "%s, η from %.1f to %.3f of the limit"
                  .formatted(beta == 0 ? "SGD" : "heavy ball", before, factor);
          report(softly, where, runs, factor >= 1.05);
        }
      }
    }
    softly.assertAll();
  }

  /** By the norm of the gradient: with sketches, and alone. */
  @Test
  void quadraticsWithoutLoss() {
    SoftAssertions softly = new SoftAssertions();
    Map<String, UnaryOperator<TrainingStep>> told = new TreeMap<>();
    told.put("sketches", AlarmRule::withoutLoss);
    told.put("‖ḡ‖² alone", step -> AlarmRule.normAlone(step).build());
    told.forEach(
        (what, tell) -> {
          for (double beta : new double[] {0, 0.9}) {
            for (double factor : new double[] {1.05, 1.2, 2}) {
              List<Run> runs =
                  IntStream.range(0, SEEDS)
                      .parallel()
                      .mapToObj(
                          seed -> quadratic(seed, beta, 0.5, factor, new Watch(RAISED, beta, tell)))
                      .toList();
              List<Run> grown = runs.stream().filter(r -> r.tenfold >= 0).toList();
              long intime = grown.stream().filter(r -> in(r, "ours") <= r.tenfold).count();
              long ever = grown.stream().filter(r -> r.alarms.containsKey("ours")).count();
              String where =
                  "%s, η to %.2f of the limit, %s"
                      .formatted(beta == 0 ? "SGD" : "heavy ball", factor, what);
              AccuracyTable.aim(
                  "divergence of a quadratic, no loss sent",
                  where,
                  "in time in 95 %",
                  "%d of %d grew; %d warned of, %d before the loss, not sent, was tenfold, one step late %d; delay %s, to critical %s"
                      .formatted(
                          grown.size(),
                          runs.size(),
                          ever,
                          intime,
                          grown.stream().filter(r -> in(r, "ours") <= r.tenfold + 1).count()
                              - intime,
                          delays(grown.stream().mapToInt(r -> in(r, "ours")).toArray()),
                          delays(
                              grown.stream()
                                  .mapToInt(r -> r.critical < 0 ? Integer.MAX_VALUE : r.critical)
                                  .toArray())),
                  intime >= 0.95 * grown.size());
              softly
                  .assertThat(ever)
                  .as("%s: every run that grew is warned of", where)
                  .isEqualTo(grown.size());
            }
          }
        });
    softly.assertAll();
  }

  /** Raises that stay below the limit: the noise floor rises, and nothing diverges. */
  @Test
  void raisesBelowTheLimit() {
    SoftAssertions softly = new SoftAssertions();
    for (double[] raise :
        new double[][] {
          {0, 0.1, 0.3},
          {0, 0.3, 0.6},
          {0, 0.5, 0.9},
          {0, 0.5, 0.995},
          {0.9, 0.5, 0.9},
          {0.9, 0.5, 0.995},
          {0.9, 0.9, 0.995}
        }) {
      double radius = spectralRadius(raise[0], raise[2]);
      softly.assertThat(radius).as("stable by its spectral radius").isLessThan(1);
      List<Run> runs =
          IntStream.range(0, raise[2] > 0.9 ? NEAR_SEEDS : SEEDS)
              .parallel()
              .mapToObj(seed -> quadratic(seed, raise[0], raise[1], raise[2]))
              .toList();
      long criticals = runs.stream().filter(r -> r.critical >= 0).count();
      long growths = runs.stream().mapToLong(r -> r.growths).sum();
      String where =
          "%s, η from %.1f to %.3f of the limit, spectral radius %.4f"
              .formatted(raise[0] == 0 ? "SGD" : "heavy ball", raise[1], raise[2], radius);
      String measured =
          "%d of %d warned of, %d growths, %d critical"
              .formatted(
                  runs.stream().filter(r -> r.alarms.containsKey("ours")).count(),
                  runs.size(),
                  growths,
                  criticals);
      String what = "healthy raise of the learning rate";
      if (raise[2] > 0.9) {
        // So near the limit only Ville's bound holds, growth by growth.
        AccuracyTable.aim(
            what,
            where,
            "critical in 1 of 64 growths",
            measured,
            criticals <= Math.max(1, growths / 64));
      } else {
        AccuracyTable.add(softly, what, where, "0 critical", measured, criticals == 0);
      }
    }
    softly.assertAll();
  }

  /** Of z² − (1 + β − ηκ)z + β, the largest over all curvatures, η that factor times the limit. */
  private static double spectralRadius(double beta, double factor) {
    double largest = 0;
    for (double curvature : geometric(LARGEST, LARGEST / 100)) {
      double b = 1 + beta - factor * 2 * (1 + beta) * curvature / LARGEST;
      double discriminant = b * b - 4 * beta;
      largest =
          Math.max(
              largest,
              discriminant < 0 ? Math.sqrt(beta) : (Math.abs(b) + Math.sqrt(discriminant)) / 2);
    }
    return largest;
  }

  private static void report(SoftAssertions softly, String where, List<Run> runs, boolean aimed) {
    String what = "divergence of a quadratic";
    List<Run> grown = runs.stream().filter(r -> r.tenfold >= 0).toList();
    long intime = grown.stream().filter(r -> in(r, "ours") <= r.tenfold).count();
    long oneLate = grown.stream().filter(r -> in(r, "ours") <= r.tenfold + 1).count();
    long others = runs.stream().filter(r -> r.tenfold < 0 && r.alarms.containsKey("ours")).count();
    long back = runs.stream().filter(Run::cameBack).count();
    long falsely = runs.stream().filter(r -> r.cameBack() && r.critical >= 0).count();
    String measured =
        "%d of %d grew; in time %d, one step late %d; delay %s, to critical %s; the rest: %d warned; came back: %d, %d critical"
            .formatted(
                grown.size(),
                runs.size(),
                intime,
                oneLate - intime,
                delays(grown.stream().mapToInt(r -> in(r, "ours")).toArray()),
                delays(
                    grown.stream()
                        .mapToInt(r -> r.critical < 0 ? Integer.MAX_VALUE : r.critical)
                        .toArray()),
                others,
                back,
                falsely);
    if (aimed) {
      AccuracyTable.aim(what, where, "in time in 95 %", measured, intime >= 0.95 * grown.size());
    } else {
      AccuracyTable.note(what, where, measured);
    }
    StringBuilder peers = new StringBuilder();
    for (String name : AlarmRule.others().keySet().stream().sorted().toList()) {
      peers.append(
          "%s%s: in time %d of %d, delay %s"
              .formatted(
                  peers.isEmpty() ? "" : "; ",
                  name,
                  grown.stream().filter(r -> in(r, name) <= r.tenfold).count(),
                  grown.size(),
                  delays(grown.stream().mapToInt(r -> in(r, name)).toArray())));
    }
    AccuracyTable.note(what + ", other rules", where, peers.toString());
    softly
        .assertThat(grown.stream().filter(r -> r.alarms.containsKey("ours")).count())
        .as("%s, %s: every run that grew is warned of", what, where)
        .isEqualTo(grown.size());
  }

  private static int in(Run run, String rule) {
    return run.alarms.getOrDefault(rule, Integer.MAX_VALUE);
  }

  /** Median and largest. */
  private static String delays(int[] delays) {
    Arrays.sort(delays);
    return delays.length == 0
        ? "none"
        : "%s (at most %s)"
            .formatted(steps(delays[delays.length / 2]), steps(delays[delays.length - 1]));
  }

  private static String steps(int delay) {
    return delay == Integer.MAX_VALUE ? "never" : String.valueOf(delay);
  }

  private static Run quadratic(int seed, double beta, double before, double factor) {
    return quadratic(seed, beta, before, factor, new Watch(RAISED, beta));
  }

  private static Run quadratic(int seed, double beta, double before, double factor, Watch watch) {
    double[] curvatures = geometric(LARGEST, LARGEST / 100);
    double limit = 2 * (1 + beta) / LARGEST;
    double[] start = new double[DIM];
    Arrays.fill(start, 1);
    TrainingPlan plan =
        TrainingPlan.of(
            beta == 0 ? OptimizerSettings.sgd() : OptimizerSettings.heavyBall(beta),
            LearningRate.constant(before * limit).times(factor / before, RAISED),
            BATCHES,
            RAISED + (factor > 0.95 && factor < 1.03 || beta > 0 && factor < 1 ? 800 : 100));
    var source =
        new LandscapeSource(
            Quadratic.diagonal(curvatures),
            GaussianNoise.diagonal(geometric(4, 0.04)),
            Ziggurat.stream(seed, 1));
    new Trainer(source, start, plan, seed).run(watch::accept, () -> false);
    return watch.run();
  }

  /** What a run would send of that step. */
  static TrainingStep step(StepView view) {
    int m = view.gradients().length;
    int[] examples = new int[m];
    float[][] sketches = new float[m][];
    double sqnorm = 0;
    for (double x : view.meanGradient()) {
      sqnorm += x * x;
    }
    for (int j = 0; j < m; j++) {
      examples[j] = view.microBatchSize();
      // Identity sketches of quadratics and of networks: both are small.
      sketches[j] = view.gradients()[j].clone();
    }
    double update = 0;
    for (double x : view.update()) {
      update += x * x;
    }
    return TrainingStep.at(view.step(), view.step())
        .loss(view.loss())
        .learningRate(view.learningRate())
        .batchSize(view.batchSize())
        .examples(examples)
        .sketches(sketches)
        .gradSqnorm(sqnorm)
        .nonFinite(!Double.isFinite(sqnorm))
        .motion(new Motion(view.theta().clone(), update, null))
        .build();
  }

  private static double[] geometric(double first, double last) {
    double[] x = new double[DIM];
    for (int i = 0; i < DIM; i++) {
      x[i] = first * Math.pow(last / first, i / (DIM - 1.0));
    }
    return x;
  }
}
