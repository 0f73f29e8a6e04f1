package io.thermograd.simulator.train;

import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.agent.RunReporter;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A training that reports itself like any other trainer. All numbers follow from this record and
 * the clock: with {@link StepClock#synthetic} a recording comes out byte for byte the same every
 * time.
 *
 * @param runId the run's name on the wire
 * @param labels the run's own labels
 * @param plan how to train
 * @param sketchDim k, the most floats of a sketch
 * @param layerSketchDim the most floats of a layer's sketch; 0 to send none
 * @param seed of the optimizer's own noise
 * @param start what to train; opened anew for every execution
 */
public record TrainingRun(
    String runId,
    Map<String, String> labels,
    TrainingPlan plan,
    int sketchDim,
    int layerSketchDim,
    long seed,
    Supplier<Start> start) {

  public static final int DEFAULT_SKETCH_DIM = 1024;

  /** One for all seeds, so that runs can be compared in sketch space. */
  public static final long SKETCH_SEED = 0x7468726D67726164L;

  /** Without layer sketches. */
  public TrainingRun(
      String runId,
      Map<String, String> labels,
      TrainingPlan plan,
      int sketchDim,
      long seed,
      Supplier<Start> start) {
    this(runId, labels, plan, sketchDim, 0, seed, start);
  }

  public TrainingRun {
    if (runId.isBlank()) {
      throw new IllegalArgumentException("run id should not be empty: was '" + runId + "'");
    }
    TrainingPlan.requireAtLeast("sketch dim", 1, sketchDim);
    TrainingPlan.requireAtLeast("layer sketch dim", 0, layerSketchDim);
    // Sorted: the order of Map.copyOf changes from process to process, and so would the bytes.
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** The same training under another name. */
  public TrainingRun withRunId(String newRunId) {
    return new TrainingRun(newRunId, labels, plan, sketchDim, layerSketchDim, seed, start);
  }

  /** The same settings with another plan. */
  public TrainingRun withPlan(TrainingPlan newPlan) {
    return new TrainingRun(runId, labels, newPlan, sketchDim, layerSketchDim, seed, start);
  }

  /** The same training, sending a sketch of each of its named layers as well. */
  public TrainingRun withLayerSketches(int dim) {
    return new TrainingRun(runId, labels, plan, sketchDim, dim, seed, start);
  }

  /**
   * Trains on this thread and reports through the agent, whose queue may drop what the transport is
   * too slow for. Ends early, as stopped, when {@code stop} says so or the thread is interrupted.
   */
  public TrainingResult stream(
      EventTransport transport, ReporterOptions options, StepClock clock, BooleanSupplier stop) {
    Execution execution = new Execution(this, clock);
    try (RunReporter reporter = RunReporter.start(execution.started(), transport, options)) {
      TrainingResult result = execution.train(reporter::report, stop);
      reporter.finish(result.ending().wire());
      return result;
    }
  }

  /**
   * Trains on this thread and hands every event to {@code sink} as it happens, with no queue
   * between: nothing can be dropped, and a sink that throws ends the run. To make a recording, give
   * it a recording's writer.
   */
  public TrainingResult emit(EventSink sink, StepClock clock, BooleanSupplier stop)
      throws IOException {
    Execution execution = new Execution(this, clock);
    sink.accept(Event.newBuilder().setRunStarted(execution.started()).build());
    TrainingResult result;
    try {
      result = execution.train(step -> pass(sink, Event.newBuilder().setStep(step).build()), stop);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    RunFinished finished =
        RunFinished.newBuilder()
            .setRunId(runId)
            .setStatus(result.ending().wire())
            .setTime(clock.time(result.steps()))
            .build();
    sink.accept(Event.newBuilder().setRunFinished(finished).build());
    return result;
  }

  private static void pass(EventSink sink, Event event) {
    try {
      sink.accept(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
