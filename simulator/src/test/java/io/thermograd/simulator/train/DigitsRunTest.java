package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DigitsRunTest {
  private static final StepClock CLOCK = StepClock.synthetic(1_700_000_000, 500);

  /** 64-16-10: P = 1,210, so that 1,024 folds and 2,048 does not. */
  private static final DigitsRun SMALL =
      new DigitsRun(
          "small",
          5,
          16,
          360,
          plan(LearningRate.constant(0.05)),
          10,
          1024,
          Double.POSITIVE_INFINITY,
          Map.of("data", "digits"));

  @Test
  void saysWhatItIs() throws IOException {
    RunStarted started = events(SMALL).get(0).getRunStarted();
    assertThat(started.getRunId()).isEqualTo("small");
    assertThat(started.getParameterCount()).isEqualTo(64 * 16 + 16 + 16 * 10 + 10);
    assertThat(started.getDatasetSize()).isEqualTo(1797 - 360);
    assertThat(started.getSampling()).isEqualTo(RunStarted.Sampling.WITHOUT_REPLACEMENT);
    assertThat(started.getOptimizer()).isEqualTo(RunStarted.Optimizer.MOMENTUM);
    assertThat(started.getMomentum()).isEqualTo(0.9);
    assertThat(started.getSketchScheme()).isEqualTo("block_fold");
    assertThat(started.getSketchDim()).isEqualTo(1024);
    assertThat(started.getBudgetSteps()).isEqualTo(40);
    assertThat(started.getLayerNamesList()).containsExactly("hidden1", "output");
    assertThat(started.getLabelsMap()).containsExactly(Map.entry("data", "digits"));
    assertThat(started.getStartedAt()).isEqualTo(1_700_000_000);
  }

  @Test
  void sendsOnlyEventsThatReadersAccept() throws Exception {
    DigitsRun overflowing = SMALL.withPlan(plan(LearningRate.constant(0.05).times(1e36, 5)));
    for (DigitsRun run : List.of(SMALL, overflowing, DemoRun.config().withPlan(SMALL.plan()))) {
      DigitsRun fast = run.withStepsPerSecond(Double.POSITIVE_INFINITY);
      for (Event event : events(fast)) {
        assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
      }
    }
  }

  @Test
  void endsAsFailedSomeStepsAfterOverflow() throws IOException {
    DigitsRun run = SMALL.withPlan(plan(LearningRate.constant(0.05).times(1e36, 5)));
    List<Event> events = events(run);
    List<StepEvent> steps = steps(events);
    RunFinished finished = events.get(events.size() - 1).getRunFinished();
    assertThat(finished.getStatus()).isEqualTo(RunFinished.Status.FAILED);
    assertThat(finished.getTime()).isEqualTo(CLOCK.time(steps.size()));
    int first = 0;
    while (steps.get(first).getNonfiniteCount() == 0) {
      first++;
    }
    assertThat(first).isGreaterThan(5);
    assertThat(steps).hasSize(first + 1 + run.plan().stepsAfterNonFinite());
  }

  @Test
  void scalarsAreThoseOfTheGradientsAndParameters() throws IOException {
    // With the identity for a sketch the vectors themselves are in the events.
    List<StepEvent> steps = steps(events(withSketchDim(2048)));
    float[] before = null;
    for (StepEvent step : steps) {
      float[] theta = Vectors.toFloats(step.getParamSketch());
      assertThat(theta).hasSize(1210);
      double[] mean = new double[theta.length];
      for (MicroBatch micro : step.getMicroBatchesList()) {
        float[] g = Vectors.toFloats(micro.getGradSketch());
        double sqnorm = 0;
        for (int p = 0; p < g.length; p++) {
          mean[p] += g[p] / 4.0;
          sqnorm += (double) g[p] * g[p];
        }
        assertThat(micro.getGradSqnorm()).isCloseTo(sqnorm, within(1e-12 * sqnorm));
        assertThat(micro.getExamples()).isEqualTo(16);
      }
      double dot = 0;
      double sqnorm = 0;
      for (int p = 0; p < theta.length; p++) {
        dot += theta[p] * mean[p];
        sqnorm += mean[p] * mean[p];
      }
      // ḡ is rounded to float32 a few times on its way.
      assertThat(step.getGradSqnorm()).isCloseTo(sqnorm, within(1e-6 * sqnorm));
      assertThat(step.getParamDotGrad())
          .isCloseTo(dot, within(1e-6 * Math.sqrt(sqnorm * step.getParamSqnorm())));
      assertThat(step.getLayers(0).getGradNorm())
          .isCloseTo(
              Math.sqrt(sqnorm - Math.pow(step.getLayers(1).getGradNorm(), 2)), within(1e-6));
      if (before != null) {
        double moved = 0;
        for (int p = 0; p < theta.length; p++) {
          moved += Math.pow((double) theta[p] - before[p], 2);
        }
        // θ ≲ 2 rounds its update by up to 2⁻²⁴·2; 1,210 of them against a step of 10⁻².
        assertThat(Math.sqrt(steps.get((int) step.getStep() - 1).getUpdateSqnorm()))
            .isCloseTo(Math.sqrt(moved), within(5e-6));
      }
      before = theta;
      assertThat(step.getBatchSize()).isEqualTo(64);
      assertThat(step.getTime()).isEqualTo(1_700_000_000 + step.getStep() / 500.0);
      assertThat(step.hasValidationLoss()).isEqualTo(step.getStep() % 10 == 0);
    }
  }

  @Test
  void theSketchChangesNoScalar() throws IOException {
    assertThat(withoutSketches(withSketchDim(256)))
        .isEqualTo(withoutSketches(SMALL))
        .isEqualTo(withoutSketches(withSketchDim(2048)));
  }

  @Test
  void isTheSameToTheByteEveryTime() throws IOException {
    List<ByteBuffer> once = bytes(SMALL);
    // Not through AssertJ, which would print a megabyte of numbers.
    assertThat(bytes(SMALL).equals(once)).isTrue();
    assertThat(bytes(SMALL.withSeed(6)).equals(once)).isFalse();
  }

  @Test
  void streamsTheSameThroughTheAgent() throws IOException {
    List<Event> received = new ArrayList<>();
    TrainingResult result =
        SMALL.stream(
            new ListTransport(received),
            ReporterOptions.defaults().withFlushDeadline(Duration.ofMinutes(1)),
            CLOCK,
            () -> false);
    assertThat(result.ending()).isEqualTo(TrainingResult.Ending.COMPLETED);
    List<Event> direct = events(SMALL);
    assertThat(received).hasSameSizeAs(direct);
    assertThat(received.subList(0, 41)).isEqualTo(direct.subList(0, 41));
    assertThat(received.get(41).getRunFinished().getStatus())
        .isEqualTo(RunFinished.Status.COMPLETED);
  }

  @Test
  void namesBadSettings() {
    assertThatThrownBy(() -> SMALL.withRunId(" ")).hasMessageContaining("run id");
    assertThatThrownBy(() -> SMALL.withStepsPerSecond(0))
        .hasMessage("steps per second should be positive: was 0.0");
  }

  private static TrainingPlan plan(LearningRate rate) {
    return new TrainingPlan(rate, 0.9, 4, 16, SamplingScheme.WITHOUT_REPLACEMENT, 40, 8);
  }

  private static DigitsRun withSketchDim(int dim) {
    return new DigitsRun(
        SMALL.runId(),
        SMALL.seed(),
        SMALL.hidden(),
        SMALL.testExamples(),
        SMALL.plan(),
        SMALL.validateEvery(),
        dim,
        SMALL.stepsPerSecond(),
        SMALL.labels());
  }

  private static List<Event> events(DigitsRun run) throws IOException {
    List<Event> events = new ArrayList<>();
    run.emit(events::add, CLOCK, () -> false);
    return events;
  }

  private static List<StepEvent> steps(List<Event> events) {
    return events.stream().filter(Event::hasStep).map(Event::getStep).toList();
  }

  private static List<ByteBuffer> bytes(DigitsRun run) throws IOException {
    return events(run).stream().map(EventCodec::encode).map(ByteBuffer::wrap).toList();
  }

  private static List<StepEvent> withoutSketches(DigitsRun run) throws IOException {
    List<StepEvent> stripped = new ArrayList<>();
    for (StepEvent step : steps(events(run))) {
      StepEvent.Builder builder = step.toBuilder().clearParamSketch();
      builder.getMicroBatchesBuilderList().forEach(MicroBatch.Builder::clearGradSketch);
      stripped.add(builder.build());
    }
    return stripped;
  }

  private record ListTransport(List<Event> events) implements EventTransport {
    @Override
    public void send(Event event) {
      events.add(event);
    }

    @Override
    public void flush(Duration deadline) {}

    @Override
    public long failed() {
      return 0;
    }

    @Override
    public void close(Duration deadline) {}
  }
}
