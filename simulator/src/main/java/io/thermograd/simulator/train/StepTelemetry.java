package io.thermograd.simulator.train;

import io.thermograd.agent.Sketcher;
import io.thermograd.simulator.model.Layer;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.List;

/**
 * Says in the schema's words what a step was: the exact scalars, and sketches of the micro-batch
 * gradients and of θ. The sketch of ḡ is left out, because it is the mean of theirs.
 *
 * <p>Not thread-safe.
 */
final class StepTelemetry {
  private final Sketcher sketcher;
  private final List<Layer> layers;
  private final int microBatchSize;
  private final float[] sketch;

  StepTelemetry(Sketcher sketcher, List<Layer> layers, int microBatchSize) {
    this.sketcher = sketcher;
    this.layers = layers;
    this.microBatchSize = microBatchSize;
    this.sketch = new float[sketcher.dim()];
  }

  /** Everything about the step but run, attempt and time, which the caller knows. */
  StepEvent.Builder describe(StepView step) {
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setStep(step.step())
            .setLoss(step.loss())
            .setLearningRate(step.learningRate())
            .setBatchSize(step.gradients().length * microBatchSize)
            .setGradSqnorm(Norms.sqnorm(step.meanGradient()))
            .setParamSketch(sketchOf(step.theta()))
            .setParamSqnorm(Norms.sqnorm(step.theta()))
            .setUpdateSqnorm(Norms.sqnorm(step.update()))
            .setParamDotGrad(Norms.dot(step.theta(), step.meanGradient(), 0, step.theta().length))
            .setNonfiniteCount(Norms.nonFinite(step.meanGradient()));
    for (int j = 0; j < step.gradients().length; j++) {
      event.addMicroBatches(
          MicroBatch.newBuilder()
              .setExamples(microBatchSize)
              .setLoss(step.losses()[j])
              .setGradSqnorm(Norms.sqnorm(step.gradients()[j]))
              .setGradSketch(sketchOf(step.gradients()[j])));
    }
    for (Layer layer : layers) {
      event.addLayers(
          LayerNorms.newBuilder()
              .setName(layer.name())
              .setGradNorm(norm(step.meanGradient(), layer))
              .setParamNorm(norm(step.theta(), layer))
              .setUpdateNorm(norm(step.update(), layer)));
    }
    return event;
  }

  private Vector sketchOf(float[] x) {
    sketcher.sketch(x, sketch);
    return Vectors.float32(sketch);
  }

  private static double norm(float[] x, Layer layer) {
    return Math.sqrt(Norms.dot(x, x, layer.offset(), layer.end()));
  }
}
