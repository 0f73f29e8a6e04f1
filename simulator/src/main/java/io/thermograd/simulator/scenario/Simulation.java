package io.thermograd.simulator.scenario;

import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.simulator.train.CurvatureProbes;
import io.thermograd.simulator.train.EventSink;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.simulator.train.TrainingRun;
import java.io.IOException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A scenario that is set up: a training, and the truth about it. Every execution is the same
 * training anew. With {@link #clock} a recording and its truth are the same to the byte.
 */
public final class Simulation {
  private static final double RECORDED_FROM = 1.7e9;
  private static final double RECORDED_STEPS_PER_SECOND = 100;

  private final Scenario scenario;
  private final Setup setup;
  private final Map<String, String> labels;
  private final TrainingPlan plan;
  private final Function<TruthLog, Start> start;
  private final long probeEvery;
  private final boolean values;

  /**
   * @param labels of the run; they are settings of the truth, too
   * @param start opens the training, and tells the log what is known ahead and what to watch
   */
  Simulation(
      Scenario scenario,
      Setup setup,
      Map<String, String> labels,
      TrainingPlan plan,
      Function<TruthLog, Start> start) {
    this(scenario, setup, labels, plan, start, setup.probeEvery(), true);
  }

  private Simulation(
      Scenario scenario,
      Setup setup,
      Map<String, String> labels,
      TrainingPlan plan,
      Function<TruthLog, Start> start,
      long probeEvery,
      boolean values) {
    this.scenario = scenario;
    this.setup = setup;
    this.labels = labels;
    this.plan = plan;
    this.start = start;
    this.probeEvery = probeEvery;
    this.values = values;
  }

  /** The same with a curvature probe every so many steps, unless the setup wants something else. */
  Simulation probing(long every) {
    return new Simulation(
        scenario, setup, labels, plan, start, probeEvery == 0 ? every : probeEvery, values);
  }

  /**
   * The same training; its truth has all regimes and basins, but not the exact values along the
   * path, nor moments that follow from them. Takes a tenth of the time where a network trains.
   */
  public Simulation withoutValues() {
    return new Simulation(scenario, setup, labels, plan, start, probeEvery, false);
  }

  /** The clock of recordings: 100 steps a second from an arbitrary moment. */
  public static StepClock clock() {
    return StepClock.synthetic(RECORDED_FROM, RECORDED_STEPS_PER_SECOND);
  }

  public Setup setup() {
    return setup;
  }

  /** Whether what it trains has named layers; opens the training to see. */
  public boolean hasLayers() {
    return !start.apply(new TruthLog()).source().layers().isEmpty();
  }

  /** Trains and hands every event to {@code sink}; see {@link TrainingRun#emit}. */
  public Truth emit(EventSink sink, StepClock clock, BooleanSupplier stop) throws IOException {
    TruthLog log = new TruthLog(values);
    return log.finish(scenario, setup, run(log).emit(sink, clock, stop));
  }

  /** Trains and reports through the agent; see {@link TrainingRun#stream}. */
  public Truth stream(
      EventTransport transport, ReporterOptions options, StepClock clock, BooleanSupplier stop) {
    TruthLog log = new TruthLog(values);
    return log.finish(scenario, setup, run(log).stream(transport, options, clock, stop));
  }

  private TrainingRun run(TruthLog log) {
    labels.forEach(log::setting);
    log.setting("optimizer", plan.optimizer());
    log.setting("learning_rate", plan.learningRate());
    log.setting("ranks", plan.batches().ranks());
    log.setting("micro_batches_per_rank", plan.batches().perRank());
    log.setting("micro_batch_size", plan.batches().microBatchSize());
    log.setting("budget_steps", plan.steps());
    return new TrainingRun(
        setup.runId(),
        labels,
        plan,
        TrainingRun.DEFAULT_SKETCH_DIM,
        setup.layerSketchDim(),
        setup.seed(),
        () -> open(log));
  }

  private Start open(TruthLog log) {
    Start opened = start.apply(log).observedBy(log::observe);
    return probeEvery == 0
        ? opened
        : opened.observedBy(
            new CurvatureProbes(opened.source(), plan.optimizer().l2(), probeEvery));
  }
}
