package io.thermograd.stream;

import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/**
 * Whether an event's sketches are as long as the run's start says, and its layer sketches as long
 * as those before. Within an event they agree already.
 */
final class SketchLengths {
  private final RunStarted started;
  private int[] layers = new int[0];

  SketchLengths(RunStarted started) {
    this.started = started;
  }

  /** What is wrong, or empty; the first layer sketches that are right fix their lengths. */
  Optional<String> wrong(StepEvent event) {
    return wrongSketch(event).or(() -> wrongLayers(event));
  }

  private Optional<String> wrongSketch(StepEvent event) {
    int length =
        event.hasParamSketch()
            ? Vectors.length(event.getParamSketch())
            : event.hasGradSketch()
                ? Vectors.length(event.getGradSketch())
                : event.getMicroBatchesCount() > 0 && event.getMicroBatches(0).hasGradSketch()
                    ? Vectors.length(event.getMicroBatches(0).getGradSketch())
                    : -1;
    return length < 0 || length == started.getSketchDim()
        ? Optional.empty()
        : Optional.of(
            "sketches of step "
                + event.getStep()
                + " should have run_started's sketch_dim "
                + started.getSketchDim()
                + " elements: had "
                + length);
  }

  private Optional<String> wrongLayers(StepEvent event) {
    if (event.getMicroBatchesCount() == 0
        || event.getMicroBatches(0).getLayerSketchesCount() == 0) {
      return Optional.empty();
    }
    MicroBatch first = event.getMicroBatches(0);
    int dim = started.getLayerSketchDim();
    int count = started.getLayerNamesCount();
    if (dim == 0) {
      return Optional.of(
          "layer_sketches of step "
              + event.getStep()
              + " should be none, as run_started has no layer_sketch_dim: were "
              + first.getLayerSketchesCount());
    }
    if (first.getLayerSketchesCount() != count) {
      return Optional.of(
          "layer_sketches of step "
              + event.getStep()
              + " should be one for each of run_started's "
              + count
              + " layer_names: were "
              + first.getLayerSketchesCount());
    }
    int[] lengths = new int[count];
    for (int l = 0; l < count; l++) {
      lengths[l] = Vectors.length(first.getLayerSketches(l));
      if (lengths[l] > dim) {
        return Optional.of(
            named(l, event)
                + " should have at most run_started's layer_sketch_dim "
                + dim
                + " elements: had "
                + lengths[l]);
      }
      if (layers.length > 0 && lengths[l] != layers[l]) {
        return Optional.of(
            named(l, event)
                + " should have "
                + layers[l]
                + " elements as in the steps before: had "
                + lengths[l]);
      }
    }
    layers = lengths;
    return Optional.empty();
  }

  private static String named(int layer, StepEvent event) {
    return "layer_sketches[" + layer + "] of step " + event.getStep();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(layers.length);
    for (int length : layers) {
      out.writeInt(length);
    }
  }

  void readFrom(DataInput in) throws IOException {
    int count = in.readInt();
    if (count != 0 && count != started.getLayerNamesCount()) {
      throw new IOException("state claims " + count + " layers");
    }
    layers = new int[count];
    for (int l = 0; l < count; l++) {
      layers[l] = in.readInt();
    }
  }
}
