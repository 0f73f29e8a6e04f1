package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SketchLengthsTest {
  private static final RunStarted STARTED =
      RunStarted.newBuilder()
          .setSketchDim(4)
          .addLayerNames("a")
          .addLayerNames("b")
          .setLayerSketchDim(3)
          .build();

  private static StepEvent step(int sketch, int... layers) {
    MicroBatch.Builder batch =
        MicroBatch.newBuilder().setGradSketch(Vectors.float32(new float[sketch]));
    for (int length : layers) {
      batch.addLayerSketches(Vectors.float32(new float[length]));
    }
    return StepEvent.newBuilder().setStep(7).addMicroBatches(batch).build();
  }

  @Test
  void layersAreThoseOfTheStartAndOfOneLengthEach() {
    SketchLengths lengths = new SketchLengths(STARTED);
    assertThat(lengths.wrong(step(4))).isEmpty();
    assertThat(lengths.wrong(step(5, 3, 2)))
        .hasValue("sketches of step 7 should have run_started's sketch_dim 4 elements: had 5");
    assertThat(lengths.wrong(step(4, 3)))
        .hasValue(
            "layer_sketches of step 7 should be one for each of run_started's 2 layer_names: were 1");
    assertThat(lengths.wrong(step(4, 3, 4)))
        .hasValue(
            "layer_sketches[1] of step 7 should have at most run_started's layer_sketch_dim 3"
                + " elements: had 4");
    assertThat(lengths.wrong(step(4, 3, 2))).isEmpty();
    assertThat(lengths.wrong(step(4, 3, 1)))
        .hasValue(
            "layer_sketches[1] of step 7 should have 2 elements as in the steps before: had 1");
    assertThat(lengths.wrong(step(4, 3, 2))).isEmpty();
    assertThat(lengths.wrong(step(4))).isEmpty();
  }

  @Test
  void noneAreExpectedWhereTheStartSaysNone() {
    RunStarted started = STARTED.toBuilder().setLayerSketchDim(0).build();
    assertThat(new SketchLengths(started).wrong(step(4, 3, 2)))
        .hasValue(
            "layer_sketches of step 7 should be none, as run_started has no layer_sketch_dim: were"
                + " 2");
  }

  @Test
  void remembersLengthsOverARestore() throws IOException {
    SketchLengths lengths = new SketchLengths(STARTED);
    assertThat(lengths.wrong(step(4, 3, 2))).isEmpty();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lengths.writeTo(new DataOutputStream(bytes));
    SketchLengths restored = new SketchLengths(STARTED);
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(restored.wrong(step(4, 2, 2))).isPresent();
    assertThat(restored.wrong(step(4, 3, 2))).isEmpty();
  }
}
