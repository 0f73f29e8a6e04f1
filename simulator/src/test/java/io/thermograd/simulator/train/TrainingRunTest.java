package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingRunTest {
  private static final StepClock CLOCK = StepClock.synthetic(1_700_000_000, 500);

  /** 64-16-10: P = 1,210, so that 1,024 folds and 2,048 does not. */
  private static final TrainingRun SMALL = run(5, 1024, plan(LearningRate.constant(0.05)));

  private static final TrainingRun OVERFLOWING =
      SMALL.withPlan(plan(LearningRate.constant(0.05).times(1e36, 5)));

  private static final TrainingRun FOUR_RANKS =
      SMALL.withPlan(
          TrainingPlan.of(
              OptimizerSettings.adam(),
              LearningRate.constant(0.001),
              new Batches(4, 2, BatchSizeSchedule.growth(4, 2, 10, 16)),
              40));

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
    for (TrainingRun run : List.of(SMALL, OVERFLOWING, FOUR_RANKS)) {
      for (Event event : events(run)) {
        assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
      }
    }
  }

  @Test
  void endsAsFailedSomeStepsAfterOverflow() throws IOException {
    List<Event> events = events(OVERFLOWING);
    List<StepEvent> steps = steps(events);
    RunFinished finished = events.get(events.size() - 1).getRunFinished();
    assertThat(finished.getStatus()).isEqualTo(RunFinished.Status.FAILED);
    assertThat(finished.getTime()).isEqualTo(CLOCK.time(steps.size()));
    int first = 0;
    while (steps.get(first).getNonfiniteCount() == 0) {
      first++;
    }
    assertThat(first).isGreaterThan(5);
    assertThat(steps).hasSize(first + 1 + OVERFLOWING.plan().stepsAfterNonFinite());
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
  void everyRankSendsItsOwnShareOfAStep() throws IOException {
    List<StepEvent> one =
        steps(
            events(
                FOUR_RANKS.withPlan(
                    TrainingPlan.of(
                        OptimizerSettings.adam(),
                        LearningRate.constant(0.001),
                        new Batches(1, 8, BatchSizeSchedule.growth(4, 2, 10, 16)),
                        40))));
    List<Event> events = events(FOUR_RANKS);
    assertThat(events.get(0).getRunStarted().getWorldSize()).isEqualTo(4);
    List<StepEvent> four = steps(events);
    assertThat(four).hasSize(4 * one.size());
    for (int i = 0; i < one.size(); i++) {
      StepEvent whole = one.get(i);
      int size = Math.min(16, 4 << (i / 10));
      double loss = 0;
      for (int rank = 0; rank < 4; rank++) {
        StepEvent part = four.get(4 * i + rank);
        assertThat(part.getRank()).isEqualTo(rank);
        assertThat(part.getBatchSize()).isEqualTo(whole.getBatchSize()).isEqualTo(8 * size);
        assertThat(part.getGradSqnorm()).isEqualTo(whole.getGradSqnorm());
        assertThat(part.getParamSketch()).isEqualTo(whole.getParamSketch());
        assertThat(part.getMicroBatchesList())
            .isEqualTo(whole.getMicroBatchesList().subList(2 * rank, 2 * rank + 2))
            .allMatch(micro -> micro.getExamples() == size);
        assertThat(part.hasValidationLoss()).isEqualTo(rank == 0 && i % 10 == 0);
        loss += part.getLoss() / 4;
      }
      assertThat(loss).isCloseTo(whole.getLoss(), within(1e-14 * loss));
    }
  }

  @Test
  void isTheSameToTheByteEveryTime() throws IOException {
    List<ByteBuffer> once = bytes(SMALL);
    // Not through AssertJ, which would print a megabyte of numbers.
    assertThat(bytes(SMALL).equals(once)).isTrue();
    assertThat(bytes(run(6, 1024, SMALL.plan())).equals(once)).isFalse();
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
    assertThatThrownBy(() -> run(1, 0, SMALL.plan()))
        .hasMessage("sketch dim should be at least 1: was 0");
    assertThatThrownBy(() -> StepClock.paced(0))
        .hasMessage("steps per second should be positive: was 0.0");
  }

  /** With identities for sketches the layers' are the parts of the gradient's. */
  @Test
  void sendsLayerSketchesWhereAskedFor() throws IOException {
    for (StepEvent step : steps(events(withSketchDim(2048).withLayerSketches(2048)))) {
      for (MicroBatch micro : step.getMicroBatchesList()) {
        float[] g = Vectors.toFloats(micro.getGradSketch());
        assertThat(micro.getLayerSketchesCount()).isEqualTo(2);
        assertThat(Vectors.toFloats(micro.getLayerSketches(0)))
            .isEqualTo(Arrays.copyOf(g, 64 * 16 + 16));
        assertThat(Vectors.toFloats(micro.getLayerSketches(1)))
            .isEqualTo(Arrays.copyOfRange(g, 64 * 16 + 16, g.length));
      }
    }
    List<Event> folded = events(SMALL.withLayerSketches(256));
    assertThat(folded.get(0).getRunStarted().getLayerSketchDim()).isEqualTo(256);
    MicroBatch micro = steps(folded).get(0).getMicroBatches(0);
    assertThat(micro.getLayerSketchesList()).extracting(Vectors::length).containsExactly(256, 170);
    assertThat(events(SMALL).get(1).getStep().getMicroBatches(0).getLayerSketchesList()).isEmpty();
  }

  private static TrainingPlan plan(LearningRate rate) {
    return new TrainingPlan(
        OptimizerSettings.heavyBall(0.9), rate, Batches.of(4, 16), 40, 8, List.of());
  }

  private static TrainingRun withSketchDim(int dim) {
    return run(5, dim, SMALL.plan());
  }

  private static TrainingRun run(long seed, int sketchDim, TrainingPlan plan) {
    return new TrainingRun(
        "small",
        Map.of("data", "digits"),
        plan,
        sketchDim,
        seed,
        new ClassifierTask(
            Mlp.relu(64, 16, 10),
            Digits.load(),
            360,
            SamplingScheme.WITHOUT_REPLACEMENT,
            10,
            seed));
  }

  private static List<Event> events(TrainingRun run) throws IOException {
    List<Event> events = new ArrayList<>();
    run.emit(events::add, CLOCK, () -> false);
    return events;
  }

  private static List<StepEvent> steps(List<Event> events) {
    return events.stream().filter(Event::hasStep).map(Event::getStep).toList();
  }

  private static List<ByteBuffer> bytes(TrainingRun run) throws IOException {
    return events(run).stream().map(EventCodec::encode).map(ByteBuffer::wrap).toList();
  }

  private static List<StepEvent> withoutSketches(TrainingRun run) throws IOException {
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
