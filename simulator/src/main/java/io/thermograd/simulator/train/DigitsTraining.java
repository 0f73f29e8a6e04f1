package io.thermograd.simulator.train;

import io.thermograd.agent.Sketcher;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One execution of a {@link DigitsRun}: the network, the data and the telemetry put together. */
final class DigitsTraining {
  private final DigitsRun run;
  private final StepClock clock;
  private final Mlp mlp;
  private final Evaluator training;
  private final Evaluator validation;
  private final Sketcher sketcher;

  DigitsTraining(DigitsRun run, StepClock clock) {
    this.run = run;
    this.clock = clock;
    Split split = Split.of(Digits.load(), run.testExamples(), run.seed());
    this.mlp = Mlp.relu(Digits.FEATURES, run.hidden(), Digits.CLASSES);
    this.training = new Evaluator(mlp, split.train());
    this.validation = new Evaluator(mlp, split.test());
    this.sketcher = Sketcher.of(mlp.parameterCount(), run.sketchDim(), DigitsRun.SKETCH_SEED);
  }

  RunStarted started() {
    TrainingPlan plan = run.plan();
    RunStarted.Builder started =
        RunStarted.newBuilder()
            .setRunId(run.runId())
            .setStartedAt(clock.time(0))
            .setParameterCount(mlp.parameterCount())
            .setSketchScheme(sketcher.scheme())
            .setSketchDim(sketcher.dim())
            .setSketchSeed(sketcher.seed())
            .setDatasetSize(training.data().size())
            .setSampling(plan.sampling().wire())
            .setOptimizer(
                plan.momentum() > 0 ? RunStarted.Optimizer.MOMENTUM : RunStarted.Optimizer.SGD)
            .setMomentum(plan.momentum())
            .setWeightDecay(0)
            .setWorldSize(1)
            .setBudgetSteps(plan.steps())
            .putAllLabels(run.labels());
    for (Layer layer : mlp.layers()) {
      started.addLayerNames(layer.name());
    }
    return started.build();
  }

  TrainingResult train(Consumer<StepEvent.Builder> sink, BooleanSupplier stop) {
    StepTelemetry telemetry =
        new StepTelemetry(sketcher, mlp.layers(), run.plan().microBatchSize());
    Pacer pacer = new Pacer(run.stepsPerSecond());
    Trainer trainer = new Trainer(training, mlp.initialise(run.seed()), run.plan(), run.seed());
    return trainer.run(
        step -> {
          StepEvent.Builder event =
              telemetry.describe(step).setRunId(run.runId()).setTime(clock.time(step.step()));
          validate(step, event);
          sink.accept(event);
          pacer.await();
        },
        () -> stop.getAsBoolean() || Thread.currentThread().isInterrupted());
  }

  private void validate(StepView step, StepEvent.Builder event) {
    boolean due = run.validateEvery() > 0 && step.step() % run.validateEvery() == 0;
    if (due && validation.data().size() > 0) {
      event.setValidationLoss(validation.loss(step.theta()));
      event.putTracked("validation_accuracy", validation.accuracy(step.theta()));
    }
  }
}
