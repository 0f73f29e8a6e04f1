package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepConverterTest {
  private static final float[] SKETCH = {1, -2, 3};

  private static TrainingStep convert(StepEvent.Builder... events) {
    return StepConverter.convert(
        List.of(events).stream().map(StepEvent.Builder::build).toList(), true);
  }

  private static MicroBatch.Builder batch(int examples) {
    return MicroBatch.newBuilder().setExamples(examples);
  }

  private static StepEvent.Builder event() {
    return StepEvent.newBuilder().setStep(3).setTime(7);
  }

  @Test
  void anEmptyEventIsAnEmptyStep() {
    TrainingStep step = convert(event());
    assertThat(step.step()).isEqualTo(3);
    assertThat(step.time()).isEqualTo(7);
    assertThat(step.loss()).isNull();
    assertThat(step.learningRate()).isNull();
    assertThat(step.gradSqnorm()).isNull();
    assertThat(step.batchSize()).isZero();
    assertThat(step.microBatches()).isZero();
    assertThat(step.nonFinite()).isFalse();
  }

  @Test
  void optionalFieldsInAllCombinations() {
    for (int bits = 0; bits < 256; bits++) {
      boolean loss = (bits & 1) != 0;
      boolean rate = (bits & 2) != 0;
      boolean size = (bits & 4) != 0;
      boolean norm = (bits & 8) != 0;
      boolean batches = (bits & 16) != 0;
      boolean norms = (bits & 32) != 0;
      boolean sketches = (bits & 64) != 0;
      boolean meanSketch = (bits & 128) != 0;
      StepEvent.Builder event = event();
      if (loss) {
        event.setLoss(2.5);
      }
      if (rate) {
        event.setLearningRate(0.1);
      }
      if (size) {
        event.setBatchSize(12);
      }
      if (norm) {
        event.setGradSqnorm(5);
      }
      if (meanSketch) {
        event.setGradSketch(Vectors.float32(SKETCH));
      }
      if (batches) {
        for (int j = 1; j <= 2; j++) {
          MicroBatch.Builder b = batch(4 * j).setLoss(j);
          if (norms) {
            b.setGradSqnorm(j);
          }
          if (sketches) {
            b.setGradSketch(Vectors.float32(SKETCH));
          }
          event.addMicroBatches(b);
        }
      }

      TrainingStep step = convert(event);

      if (loss || batches) {
        assertThat(step.loss()).isEqualTo(loss ? 2.5 : (4 * 1 + 8 * 2) / 12.0);
      } else {
        assertThat(step.loss()).isNull();
      }
      assertThat(step.learningRate() != null).isEqualTo(rate);
      assertThat(step.batchSize()).isEqualTo(size || batches ? 12 : 0);
      assertThat(step.gradSqnorm() != null).isEqualTo(norm);
      boolean alone = !batches && meanSketch && size;
      assertThat(step.examples())
          .containsExactly(batches ? new int[] {4, 8} : alone ? new int[] {12} : new int[0]);
      assertThat(step.sqnorms())
          .containsExactly(
              batches && norms
                  ? new double[] {1, 2}
                  : alone && norm ? new double[] {5} : new double[0]);
      assertThat(step.sketches()).hasNumberOfRows(batches && sketches ? 2 : alone ? 1 : 0);
      assertThat(step.nonFinite()).isFalse();
    }
  }

  @Test
  void whatOneMicroBatchLacksAllLack() {
    TrainingStep step =
        convert(
            event()
                .addMicroBatches(batch(1).setGradSqnorm(1).setGradSketch(Vectors.float32(SKETCH))),
            event().setRank(1).addMicroBatches(batch(2)));
    assertThat(step.examples()).containsExactly(1, 2);
    assertThat(step.sqnorms()).isEmpty();
    assertThat(step.sketches()).isEmpty();
  }

  @Test
  void lossesOfRanksAreWeighedByTheirExamples() {
    TrainingStep step =
        convert(
            event().setLoss(1).addMicroBatches(batch(30)),
            event().setRank(1).addMicroBatches(batch(6).setLoss(4)).addMicroBatches(batch(4)),
            event().setRank(2).addMicroBatches(batch(4)));
    assertThat(step.loss()).isEqualTo((30 * 1 + 6 * 4) / 36.0);
  }

  @Test
  void theLargestExampleCountsDoNotOverflow() {
    int max = Integer.MAX_VALUE;
    TrainingStep step =
        convert(
            event().setLoss(1).addMicroBatches(batch(max)).addMicroBatches(batch(max)),
            event().setRank(1).setLoss(3).addMicroBatches(batch(max)).addMicroBatches(batch(max)));
    assertThat(step.loss()).isEqualTo(2);
    assertThat(step.batchSize()).isEqualTo(4L * max);
  }

  @Test
  void anIncompleteStepKnowsNothingOfTheWhole() {
    StepEvent event =
        event().setGradSqnorm(4).addMicroBatches(batch(1)).addMicroBatches(batch(2)).build();
    TrainingStep step = StepConverter.convert(List.of(event), false);
    assertThat(step.gradSqnorm()).isNull();
    assertThat(step.batchSize()).isZero();
    assertThat(step.examples()).containsExactly(1, 2);
  }

  @Test
  void aStepThatTheLossScalerSkippedIsNoNews() {
    TrainingStep step =
        convert(
            event()
                .setLossScale(65536)
                .setNonfiniteCount(3)
                .setLoss(1)
                .addMicroBatches(batch(8).setGradSqnorm(Double.POSITIVE_INFINITY)));
    assertThat(step.nonFinite()).isFalse();
    assertThat(step.microBatches()).isZero();
    assertThat(step.loss()).isEqualTo(1);
    assertThat(step.batchSize()).isEqualTo(8);
  }

  @Test
  void nonFiniteNumbersAreSeenWhereverTheyAre() {
    float[] bad = {0, Float.NaN, 0};
    float[] infinite = {0, 0, Float.NEGATIVE_INFINITY};
    assertThat(convert(event().setNonfiniteCount(1)).nonFinite()).isTrue();
    assertThat(convert(event().setLoss(Double.NaN)).nonFinite()).isTrue();
    assertThat(convert(event().setLoss(Double.POSITIVE_INFINITY)).nonFinite()).isTrue();
    assertThat(convert(event().setGradSqnorm(Double.POSITIVE_INFINITY)).nonFinite()).isTrue();
    assertThat(convert(event().addMicroBatches(batch(1).setGradSqnorm(Double.NaN))).nonFinite())
        .isTrue();
    for (float[] x : new float[][] {bad, infinite}) {
      assertThat(
              convert(event().addMicroBatches(batch(1).setGradSketch(Vectors.float32(x))))
                  .nonFinite())
          .isTrue();
      assertThat(
              convert(event().addMicroBatches(batch(1).setGradSketch(Vectors.bfloat16(x))))
                  .nonFinite())
          .isTrue();
      assertThat(convert(event().setBatchSize(4).setGradSketch(Vectors.float32(x))).nonFinite())
          .isTrue();
    }
    float[] extreme = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0.0f};
    assertThat(
            convert(
                    event()
                        .setLoss(-0.0)
                        .addMicroBatches(batch(1).setGradSketch(Vectors.float32(extreme))))
                .nonFinite())
        .isFalse();
  }

  @Test
  void layerSketchesAreLayerByLayerOverAllRanksOrNone() {
    StepEvent.Builder one = event().addMicroBatches(layered(1, 2)).addMicroBatches(layered(3, 4));
    StepEvent.Builder other = event().setRank(1).addMicroBatches(layered(5, 6));
    assertThat(convert(one, other).layerSketches())
        .isDeepEqualTo(new float[][][] {{{1, 1}, {3, 3}, {5, 5}}, {{2}, {4}, {6}}});
    assertThat(convert(one, event().setRank(1).addMicroBatches(batch(4))).layerSketches())
        .isEmpty();
    assertThat(convert(event().addMicroBatches(batch(4))).layerSketches()).isEmpty();
    assertThat(convert(one.setLossScale(8).setNonfiniteCount(1)).layerSketches()).isEmpty();
  }

  private static MicroBatch.Builder layered(float x, float y) {
    return batch(4)
        .addLayerSketches(Vectors.float32(new float[] {x, x}))
        .addLayerSketches(Vectors.float32(new float[] {y}));
  }
}
