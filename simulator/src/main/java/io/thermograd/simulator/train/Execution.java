package io.thermograd.simulator.train;

import io.thermograd.agent.Sketcher;
import io.thermograd.simulator.model.Layer;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One execution of a {@link TrainingRun}: trainer and telemetry put together. */
final class Execution {
  private final TrainingRun run;
  private final StepClock clock;
  private final Start start;
  private final Sketcher sketcher;

  Execution(TrainingRun run, StepClock clock) {
    this.run = run;
    this.clock = clock;
    this.start = run.start().get();
    this.sketcher =
        Sketcher.of(start.source().parameterCount(), run.sketchDim(), TrainingRun.SKETCH_SEED);
    if (run.layerSketchDim() > 0 && start.source().layers().isEmpty()) {
      throw new IllegalArgumentException(
          "layer sketches should be of named layers: the training " + run.runId() + " has none");
    }
  }

  RunStarted started() {
    GradientSource source = start.source();
    RunStarted.Builder started =
        RunStarted.newBuilder()
            .setRunId(run.runId())
            .setStartedAt(clock.time(0))
            .setParameterCount(source.parameterCount())
            .setSketchScheme(sketcher.scheme())
            .setSketchDim(sketcher.dim())
            .setSketchSeed(sketcher.seed())
            .setSampling(source.sampling().wire())
            .setWorldSize(run.plan().batches().ranks())
            .setBudgetSteps(run.plan().steps())
            .putAllLabels(run.labels());
    run.plan().optimizer().describe(started);
    if (source.examples() > 0) {
      started.setDatasetSize(source.examples());
    }
    for (Layer layer : source.layers()) {
      started.addLayerNames(layer.name());
    }
    started.setLayerSketchDim(run.layerSketchDim());
    return started.build();
  }

  TrainingResult train(Consumer<StepEvent.Builder> sink, BooleanSupplier stop) {
    StepTelemetry telemetry =
        new StepTelemetry(sketcher, start.source().layers(), run.layerSketchDim());
    Trainer trainer = new Trainer(start.source(), start.theta(), run.plan(), run.seed());
    return trainer.run(
        step -> {
          double time = clock.time(step.step());
          for (int rank = 0; rank < step.replicas().length; rank++) {
            StepEvent.Builder event =
                telemetry.describe(step, rank).setRunId(run.runId()).setTime(time);
            if (rank == 0) {
              start.observers().forEach(observer -> observer.observe(step, event));
            }
            sink.accept(event);
          }
        },
        () -> stop.getAsBoolean() || Thread.currentThread().isInterrupted());
  }
}
