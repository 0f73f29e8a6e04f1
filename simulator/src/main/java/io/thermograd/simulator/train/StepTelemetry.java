package io.thermograd.simulator.train;

import io.thermograd.agent.Sketcher;
import io.thermograd.simulator.model.Layer;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.ArrayList;
import java.util.List;

/**
 * Says in the schema's words what a step was, rank by rank: the exact scalars, and sketches of the
 * micro-batch gradients, where wanted layer by layer, and of θ. The sketch of ḡ is left out,
 * because it is the mean of theirs.
 *
 * <p>Not thread-safe.
 */
final class StepTelemetry {
  private final Sketcher sketcher;
  private final List<Layer> layers;
  private final float[] sketch;
  private final List<Sketcher> layerSketchers;

  /**
   * @param layerSketchDim the most floats of a layer's sketch; 0 to send none
   */
  StepTelemetry(Sketcher sketcher, List<Layer> layers, int layerSketchDim) {
    this.sketcher = sketcher;
    this.layers = layers;
    this.sketch = new float[sketcher.dim()];
    this.layerSketchers =
        layerSketchDim == 0
            ? List.of()
            : layers.stream()
                .map(layer -> Sketcher.of(layer.length(), layerSketchDim, sketcher.seed()))
                .toList();
  }

  /** One rank's share, but for run, attempt and time, which the caller knows. */
  StepEvent.Builder describe(StepView step, int rank) {
    float[] theta = step.replicas()[rank];
    int perRank = step.gradients().length / step.replicas().length;
    int from = rank * perRank;
    int to = from + perRank;
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setStep(step.step())
            .setRank(rank)
            .setLoss(step.loss(from, to))
            .setLearningRate(step.learningRate())
            .setBatchSize(step.batchSize())
            .setGradSqnorm(Norms.sqnorm(step.meanGradient()))
            .setParamSketch(sketchOf(theta))
            .setParamSqnorm(Norms.sqnorm(theta))
            .setUpdateSqnorm(Norms.sqnorm(step.update()))
            .setParamDotGrad(Norms.dot(theta, step.meanGradient()))
            .setNonfiniteCount(Norms.nonFinite(step.meanGradient()));
    if (!Double.isNaN(step.updateNoise())) {
      event.setUpdateNoise(step.updateNoise());
    }
    for (int j = from; j < to; j++) {
      event.addMicroBatches(
          MicroBatch.newBuilder()
              .setExamples(step.microBatchSize())
              .setLoss(step.losses()[j])
              .setGradSqnorm(Norms.sqnorm(step.gradients()[j]))
              .setGradSketch(sketchOf(step.gradients()[j]))
              .addAllLayerSketches(layerSketchesOf(step.gradients()[j])));
    }
    for (Layer layer : layers) {
      event.addLayers(
          LayerNorms.newBuilder()
              .setName(layer.name())
              .setGradNorm(norm(step.meanGradient(), layer))
              .setParamNorm(Math.sqrt(Norms.sqnorm(theta, layer.offset(), layer.end())))
              .setUpdateNorm(norm(step.update(), layer)));
    }
    return event;
  }

  private Vector sketchOf(float[] x) {
    sketcher.sketch(x, sketch);
    return Vectors.float32(sketch);
  }

  private List<Vector> layerSketchesOf(float[] x) {
    List<Vector> sketches = new ArrayList<>();
    for (int l = 0; l < layerSketchers.size(); l++) {
      Sketcher layerSketcher = layerSketchers.get(l);
      float[] target = new float[layerSketcher.dim()];
      layerSketcher.reset(target);
      layerSketcher.accept(x, layers.get(l).offset(), layers.get(l).length());
      layerSketcher.finish();
      sketches.add(Vectors.float32(target));
    }
    return sketches;
  }

  private static double norm(double[] x, Layer layer) {
    return Math.sqrt(Norms.sqnorm(x, layer.offset(), layer.end()));
  }
}
