package io.thermograd.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The same steps as bytes through the codec and the fold: not a bit may be lost on the way. */
class FoldAgreementTest {
  private static final String RUN = "frozen";
  private static final int DIM = 1024;
  private static final int STEPS = 600;

  @Test
  void theFoldPublishesWhatTheEstimatorsSay() throws InvalidEventException {
    FrozenDigits point = FrozenDigits.points().get(0);
    float[][] sketches = point.sketches(DIM, 3);
    Estimates direct =
        Estimates.of(
            new FrozenSteps(point, sketches, Draws.DISTINCT, 4),
            point.size(),
            Draws.DISTINCT,
            DIM,
            AnalysisConfig.DEFAULT.noiseHalfLife(),
            STEPS);

    RunFold fold = new RunFold(RUN, AnalysisConfig.DEFAULT);
    apply(fold, Event.newBuilder().setRunStarted(started(point)).build());
    FrozenSteps steps = new FrozenSteps(point, sketches, Draws.DISTINCT, 4);
    for (int i = 0; i < STEPS; i++) {
      apply(fold, Event.newBuilder().setStep(event(steps.next())).build());
    }

    Map<String, Quantity> published = fold.current().orElseThrow().quantities();
    assertThat(direct.all()).hasSizeGreaterThan(10);
    direct.all().forEach((name, quantity) -> assertThat(published.get(name)).isEqualTo(quantity));
  }

  private static void apply(RunFold fold, Event event) throws InvalidEventException {
    fold.apply(EventCodec.decode(EventCodec.encode(event)), new NoRejections());
  }

  private static RunStarted started(FrozenDigits point) {
    return RunStarted.newBuilder()
        .setRunId(RUN)
        .setParameterCount(point.theta().length)
        .setSketchScheme("block_fold")
        .setSketchDim(DIM)
        .setDatasetSize(point.size())
        .setSampling(RunStarted.Sampling.WITHOUT_REPLACEMENT)
        .setOptimizer(RunStarted.Optimizer.MOMENTUM)
        .setMomentum(0.9)
        .setWorldSize(1)
        .build();
  }

  private static StepEvent event(TrainingStep step) {
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setRunId(RUN)
            .setStep(step.step())
            .setTime(step.time())
            .setLoss(Objects.requireNonNull(step.loss()))
            .setLearningRate(Objects.requireNonNull(step.learningRate()))
            .setBatchSize((int) step.batchSize())
            .setGradSqnorm(Objects.requireNonNull(step.gradSqnorm()));
    for (int j = 0; j < step.microBatches(); j++) {
      event.addMicroBatches(
          MicroBatch.newBuilder()
              .setExamples(step.examples()[j])
              .setGradSqnorm(step.sqnorms()[j])
              .setGradSketch(Vectors.float32(step.sketches()[j])));
    }
    return event.build();
  }
}
