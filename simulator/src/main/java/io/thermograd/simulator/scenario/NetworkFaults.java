package io.thermograd.simulator.scenario;

import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.train.BatchSampler;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.Fault;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;
import java.util.List;
import java.util.Map;

/** Networks on the digits to which something happens. */
final class NetworkFaults {
  private static final OptimizerSettings MOMENTUM = OptimizerSettings.heavyBall(0.9);
  private static final Mlp RELU = Mlp.relu(64, 32, 10);
  private static final Mlp DEEP = Mlp.tanh(64, 32, 32, 32, 32, 32, 32, 10);
  private static final Map<String, String> LABELS =
      Map.of("model", "mlp-64-32-10", "data", "digits");

  private static final long BIASES = 0x424941534553L;
  private static final long BROKEN = 1_000;
  private static final long KICKED = 1_500;
  private static final long KICK = 5;
  private static final long DRIFTS = 1_500;
  private static final int STALE_RANK = 2;
  private static final long STALE = 1_500;
  private static final long FRESH = 2_200;

  private NetworkFaults() {}

  static List<Scenario> all() {
    return List.of(
        new Scenario(
            "nan-injection",
            "at step 1,000 one element of one gradient is NaN",
            1_500,
            NetworkFaults::nan),
        new Scenario(
            "dead-relus",
            "at step 1,500 five steps with 300 times the learning rate kill hidden units for good",
            2_500,
            NetworkFaults::dead),
        new Scenario(
            "vanishing-gradients",
            "a deep tanh network starts saturated: next to no gradient reaches its first layers",
            2_000,
            NetworkFaults::vanishing),
        new Scenario(
            "data-order-drift",
            "from step 1,500 on the examples are no longer shuffled but come class by class",
            2_500,
            NetworkFaults::drift),
        new Scenario(
            "stale-rank",
            "rank 2 of 4 misses every update from step 1,500 to step 2,200",
            3_000,
            NetworkFaults::stale));
  }

  static Scenario demo() {
    return new Scenario(
        "demo",
        "thermograd demo's training: at step 3,000 its learning rate is raised 200-fold",
        DemoRun.STEPS,
        (scenario, setup) ->
            new Simulation(
                scenario,
                setup,
                DemoRun.LABELS,
                DemoRun.plan().withSteps(setup.steps()),
                log -> {
                  ClassifierTask task = DemoRun.task(setup.seed());
                  log.moment(
                      "divergence_starts",
                      DemoRun.RAISE_STEP,
                      "the learning rate is 200 times higher");
                  watch(log, task, DemoRun.RAISE_STEP);
                  return task.get();
                }));
  }

  private static Simulation nan(Scenario scenario, Setup setup) {
    TrainingPlan plan = plan(LearningRate.constant(0.02), Networks.BATCHES, setup);
    return new Simulation(
            scenario,
            setup,
            LABELS,
            plan.withFaults(new Fault.NonFinite(BROKEN, 1, 100)),
            log -> {
              log.moment("nan_injected", BROKEN, "element 100 of micro-batch 1's gradient is NaN");
              log.regime(Regime.DIVERGING, BROKEN, Long.MAX_VALUE, "θ is NaN after this step");
              return Networks.open(Networks.digitsTask(RELU, setup), log, true, BROKEN);
            })
        .probing(Networks.EVERY);
  }

  private static Simulation dead(Scenario scenario, Setup setup) {
    LearningRate rate =
        LearningRate.constant(0.01).times(300, KICKED).times(1.0 / 300, KICKED + KICK);
    return new Simulation(
        scenario,
        setup,
        LABELS,
        plan(rate, Networks.BATCHES, setup),
        log -> {
          log.moment("kick_starts", KICKED, "the learning rate is 300 times higher");
          log.moment("kick_ends", KICKED + KICK, "the learning rate is back");
          ClassifierTask task = Networks.digitsTask(RELU, setup);
          watch(log, task, KICKED);
          return task.get();
        });
  }

  private static Simulation vanishing(Scenario scenario, Setup setup) {
    return new Simulation(
        scenario,
        setup,
        Map.of("model", "mlp-64-32x6-10", "data", "digits"),
        TrainingPlan.of(
            OptimizerSettings.sgd(), LearningRate.constant(0.1), Networks.BATCHES, setup.steps()),
        log -> {
          ClassifierTask task = Networks.digitsTask(DEEP, setup);
          log.values(NetworkProbes.noise(task.evaluator()).every(Networks.EVERY));
          log.values(new VanishingProbe(task.evaluator()).every(200));
          log.add(Networks.course(task.evaluator(), Long.MAX_VALUE));
          Start start = task.get();
          return new Start(start.source(), saturated(setup.seed()), start.observers());
        });
  }

  /** A usual start, but for biases of ±2 in the hidden layers: tanh is nearly flat there. */
  private static double[] saturated(long seed) {
    double[] theta = Numbers.wide(DEEP.initialise(seed));
    SplitMix64 random = SplitMix64.stream(seed, BIASES);
    List<Layer> layers = DEEP.layers();
    for (Layer layer : layers.subList(0, layers.size() - 1)) {
      for (int p = layer.end() - layer.outputs(); p < layer.end(); p++) {
        theta[p] = random.nextInt(2) == 0 ? 2 : -2;
      }
    }
    return theta;
  }

  private static Simulation drift(Scenario scenario, Setup setup) {
    return new Simulation(
        scenario,
        setup,
        LABELS,
        plan(LearningRate.constant(0.02), Networks.BATCHES, setup),
        log -> {
          log.moment("drift_starts", DRIFTS, "first step whose examples are of one class or two");
          ClassifierTask task = Networks.digitsTask(RELU, setup);
          Evaluator evaluator = task.evaluator();
          log.values(NetworkProbes.noise(evaluator).every(Networks.EVERY / 2));
          log.add(Networks.course(evaluator, DRIFTS));
          SamplingScheme said = SamplingScheme.WITHOUT_REPLACEMENT;
          BatchSampler sampler =
              new ClassByClass(
                  BatchSampler.of(said, evaluator.examples(), setup.seed()),
                  evaluator.data(),
                  DRIFTS);
          Start start = task.get();
          return new Start(
              new ObjectiveSource(evaluator, said, sampler), start.theta(), start.observers());
        });
  }

  private static Simulation stale(Scenario scenario, Setup setup) {
    Batches batches = new Batches(4, 2, BatchSizeSchedule.constant(8));
    TrainingPlan plan = plan(LearningRate.constant(0.02), batches, setup);
    return new Simulation(
        scenario,
        setup,
        LABELS,
        plan.withFaults(new Fault.StaleRank(STALE_RANK, STALE, FRESH)),
        log -> {
          log.moment(
              "stale_from",
              STALE + 1,
              "first step at which rank 2 has older parameters than the rest");
          log.moment("stale_until", FRESH, "first step at which it has the right ones again");
          log.values(NetworkFaults::distance);
          return Networks.open(Networks.digitsTask(RELU, setup), log, false, STALE);
        });
  }

  private static void distance(StepView step, StepEvent.Builder event, TruthLog log) {
    if (step.step() % 100 != 0 || step.replicas().length == 1) {
      return;
    }
    double sum = 0;
    for (int p = 0; p < step.theta().length; p++) {
      double d = step.replicas()[STALE_RANK][p] - (double) step.theta()[p];
      sum += d * d;
    }
    log.quantity("stale_distance", "param", "‖θ of rank 2 − θ‖").at(step.step(), Math.sqrt(sum));
  }

  private static void watch(TruthLog log, ClassifierTask task, long danger) {
    log.values(NetworkProbes.noise(task.evaluator()).every(Networks.EVERY));
    log.values(new DeadUnits(task.evaluator(), danger));
    log.add(Networks.course(task.evaluator(), danger));
  }

  private static TrainingPlan plan(LearningRate rate, Batches batches, Setup setup) {
    return TrainingPlan.of(MOMENTUM, rate, batches, setup.steps());
  }

  /** Gradients by layer, and whether the first one's is lost against the last one's. */
  private static final class VanishingProbe implements TruthProbe {
    private static final double LOST = 1e-2;

    private final TruthProbe norms;
    private boolean lost;

    VanishingProbe(Evaluator evaluator) {
      this.norms = NetworkProbes.layers(evaluator);
    }

    @Override
    public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
      norms.observe(step, event, log);
      double[] last = log.latest("layer_gradient_norms");
      boolean now = last[0] < LOST * last[last.length - 1];
      if (now != lost) {
        lost = now;
        log.moment(
            now ? "vanishing_from" : "vanishing_until",
            step.step(),
            "the first layer's gradient is %s 1 %% of the last one's, looked at every 200 steps"
                .formatted(now ? "below" : "no longer below"));
      }
    }
  }
}
