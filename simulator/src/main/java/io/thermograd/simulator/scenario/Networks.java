package io.thermograd.simulator.scenario;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Wine;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Loss;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.wire.proto.StepEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Networks on real data that learn as they should. */
final class Networks {
  static final long EVERY = 500;
  static final int TEST_EXAMPLES = 360;
  static final int VALIDATE_EVERY = 50;
  static final Batches BATCHES = Batches.of(4, 16);

  private Networks() {}

  static List<Scenario> healthy() {
    return List.of(
        digits(
            "digits-sgd",
            "a 64-32-10 network learns handwritten digits by plain SGD",
            OptimizerSettings.sgd(),
            0.2),
        digits(
            "digits-momentum",
            "the same network with heavy-ball momentum 0.9",
            OptimizerSettings.heavyBall(0.9),
            0.02),
        digits("digits-adam", "the same network with Adam", OptimizerSettings.adam(), 0.001),
        new Scenario(
            "wine",
            "a 13-16-3 network learns 142 wines, fewer examples than it has parameters",
            3_000,
            Networks::wine));
  }

  static Scenario edgeOfStability() {
    return new Scenario(
        "edge-of-stability",
        "full-batch gradient descent sharpens until λmax reaches 2/η, and stays there",
        2_500,
        Networks::edge);
  }

  static ClassifierTask digitsTask(Mlp mlp, Setup setup) {
    return task(mlp, Digits.load(), TEST_EXAMPLES, setup);
  }

  private static Scenario digits(
      String name, String description, OptimizerSettings optimizer, double eta) {
    return new Scenario(
        name,
        description,
        3_000,
        (scenario, setup) ->
            new Simulation(
                    scenario,
                    setup,
                    Map.of("model", "mlp-64-32-10", "data", "digits"),
                    TrainingPlan.of(optimizer, LearningRate.constant(eta), BATCHES, setup.steps()),
                    log -> open(digitsTask(Mlp.tanh(64, 32, 10), setup), log, true, Long.MAX_VALUE))
                .probing(EVERY));
  }

  private static Simulation wine(Scenario scenario, Setup setup) {
    return new Simulation(
            scenario,
            setup,
            Map.of("model", "mlp-13-16-3", "data", "wine"),
            TrainingPlan.of(
                OptimizerSettings.sgd(),
                LearningRate.constant(0.1),
                Batches.of(4, 4),
                setup.steps()),
            log ->
                open(
                    task(Mlp.tanh(13, 16, 3), Wine.load().standardised(), 36, setup),
                    log,
                    true,
                    Long.MAX_VALUE))
        .probing(EVERY);
  }

  private static ClassifierTask task(Mlp mlp, Dataset data, int testExamples, Setup setup) {
    return new ClassifierTask(
        mlp, data, testExamples, SamplingScheme.WITHOUT_REPLACEMENT, VALIDATE_EVERY, setup.seed());
  }

  /**
   * A run with what every network tells.
   *
   * @param until the step at which something happens to it; its course is labelled up to there
   */
  static Start open(ClassifierTask task, TruthLog log, boolean sharpness, long until) {
    Evaluator evaluator = task.evaluator();
    log.add(course(evaluator, until));
    log.values(NetworkProbes.noise(evaluator).every(EVERY));
    if (sharpness) {
      log.values(NetworkProbes.sharpness(evaluator).every(EVERY));
    }
    return task.get();
  }

  /** Where the exact loss over all training examples descends or rests, up to a step. */
  static TruthProbe course(Evaluator evaluator, long until) {
    return new CourseProbe(evaluator::loss, until);
  }

  private static Simulation edge(Scenario scenario, Setup setup) {
    double eta = 0.15;
    int[] first = new int[400];
    Arrays.setAll(first, i -> i);
    Evaluator evaluator =
        new Evaluator(Mlp.tanh(64, 20, 10).withLoss(Loss.SQUARED), Digits.load().select(first));
    return new Simulation(
            scenario,
            setup,
            Map.of("model", "mlp-64-20-10-squared", "data", "digits-400"),
            TrainingPlan.of(
                OptimizerSettings.sgd(),
                LearningRate.constant(eta),
                Batches.of(4, first.length / 4),
                setup.steps()),
            log -> {
              log.quantity("edge", "loss/param²", "2/η").at(0, 2 / eta);
              log.values(new EdgeProbe(evaluator, eta).every(10));
              log.values(NetworkProbes.noise(evaluator).every(EVERY));
              log.add(course(evaluator, Long.MAX_VALUE));
              return new Start(
                  new ObjectiveSource(evaluator, SamplingScheme.WITHOUT_REPLACEMENT, setup.seed()),
                  // A small start, so that sharpness has some way to go.
                  Numbers.scaled(0.3, evaluator.mlp().initialise(setup.seed())),
                  List.of());
            })
        .probing(20);
  }

  /** Sharpness over time, and when it first reaches the edge. */
  private static final class EdgeProbe implements TruthProbe {
    private final Evaluator evaluator;
    private final double eta;
    private boolean reached;

    EdgeProbe(Evaluator evaluator, double eta) {
      this.evaluator = evaluator;
      this.eta = eta;
    }

    @Override
    public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
      double sharpness = NetworkProbes.sharpness(evaluator, step.theta());
      NetworkProbes.report(step, log, sharpness);
      if (!reached && eta * sharpness >= 2) {
        reached = true;
        log.moment("edge_reached", step.step(), "ηλ_max is at least 2, looked at every 10 steps");
      }
    }
  }
}
