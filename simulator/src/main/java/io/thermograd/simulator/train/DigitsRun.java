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

/**
 * A training of a network on the handwritten digits that reports itself like any other trainer. All
 * numbers follow from this record and the clock: with {@link StepClock#synthetic} a recording comes
 * out byte for byte the same every time.
 *
 * @param runId the run's name on the wire
 * @param seed of the split, the initial parameters and the order of the examples
 * @param hidden width of the hidden ReLU layer
 * @param testExamples how many of the 1,797 are held back for validation; the rest is the data set
 *     that the run trains on and reports as its size
 * @param validateEvery steps between validations; 0 for none
 * @param sketchDim k
 * @param stepsPerSecond pace limit; infinity for as fast as it goes
 * @param labels the run's own labels
 */
public record DigitsRun(
    String runId,
    long seed,
    int hidden,
    int testExamples,
    TrainingPlan plan,
    int validateEvery,
    int sketchDim,
    double stepsPerSecond,
    Map<String, String> labels) {

  /** What {@link DemoRun} and the defaults of the command line hold back: a fifth. */
  public static final int DEFAULT_TEST_EXAMPLES = 360;

  public static final int DEFAULT_SKETCH_DIM = 1024;

  /** One for all seeds, so that runs can be compared in sketch space. */
  public static final long SKETCH_SEED = 0x7468726D67726164L;

  public DigitsRun {
    if (runId.isBlank()) {
      throw new IllegalArgumentException("run id should not be empty: was '" + runId + "'");
    }
    if (validateEvery < 0) {
      throw new IllegalArgumentException(
          "validate every (steps) should be at least 0: was " + validateEvery);
    }
    if (sketchDim < 1) {
      throw new IllegalArgumentException("sketch dim should be positive: was " + sketchDim);
    }
    if (!(stepsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "steps per second should be positive: was " + stepsPerSecond);
    }
    // Sorted: the order of Map.copyOf changes from process to process, and so would the bytes.
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** The same training under another name. */
  public DigitsRun withRunId(String newRunId) {
    return new DigitsRun(
        newRunId,
        seed,
        hidden,
        testExamples,
        plan,
        validateEvery,
        sketchDim,
        stepsPerSecond,
        labels);
  }

  /** The same settings with other random numbers. */
  public DigitsRun withSeed(long newSeed) {
    return new DigitsRun(
        runId,
        newSeed,
        hidden,
        testExamples,
        plan,
        validateEvery,
        sketchDim,
        stepsPerSecond,
        labels);
  }

  /** The same training at another pace; infinity for as fast as it goes. */
  public DigitsRun withStepsPerSecond(double newStepsPerSecond) {
    return new DigitsRun(
        runId,
        seed,
        hidden,
        testExamples,
        plan,
        validateEvery,
        sketchDim,
        newStepsPerSecond,
        labels);
  }

  /** The same training with other labels. */
  public DigitsRun withLabels(Map<String, String> newLabels) {
    return new DigitsRun(
        runId,
        seed,
        hidden,
        testExamples,
        plan,
        validateEvery,
        sketchDim,
        stepsPerSecond,
        newLabels);
  }

  /** The same settings with another plan. */
  public DigitsRun withPlan(TrainingPlan newPlan) {
    return new DigitsRun(
        runId,
        seed,
        hidden,
        testExamples,
        newPlan,
        validateEvery,
        sketchDim,
        stepsPerSecond,
        labels);
  }

  /**
   * Trains on this thread and reports through the agent, whose queue may drop what the transport is
   * too slow for. Ends early, as stopped, when {@code stop} says so or the thread is interrupted.
   */
  public TrainingResult stream(
      EventTransport transport, ReporterOptions options, StepClock clock, BooleanSupplier stop) {
    DigitsTraining training = new DigitsTraining(this, clock);
    try (RunReporter reporter = RunReporter.start(training.started(), transport, options)) {
      TrainingResult result = training.train(reporter::report, stop);
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
    DigitsTraining training = new DigitsTraining(this, clock);
    sink.accept(Event.newBuilder().setRunStarted(training.started()).build());
    TrainingResult result;
    try {
      result = training.train(step -> pass(sink, Event.newBuilder().setStep(step).build()), stop);
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
