package io.thermograd.stream;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.CurvatureProbe;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes one step of the events its ranks sent. Pure. */
public final class StepConverter {
  private StepConverter() {}

  /**
   * The step that these events are.
   *
   * @param events one per rank, in rank order; at least one
   * @param complete whether every rank is there: what the trainer said about the whole step then
   *     belongs to these micro-batches
   */
  public static TrainingStep convert(List<StepEvent> events, boolean complete) {
    List<MicroBatch> batches = microBatches(events);
    StepEvent first = events.get(0);
    long batchSize = batchSize(events, batches, complete);
    boolean skipped = skippedByLossScaler(events);
    if (skipped) {
      batches = List.of();
    }
    double[] sqnorms = sqnorms(batches);
    float[][] sketches = sketches(batches);
    Double gradSqnorm = complete ? gradSqnorm(events) : null;
    Double loss = loss(events);
    return TrainingStep.at(first.getStep(), time(events))
        .loss(loss)
        .learningRate(learningRate(events))
        .batchSize(batchSize)
        .examples(batches.stream().mapToInt(MicroBatch::getExamples).toArray())
        .sqnorms(sqnorms)
        .sketches(sketches)
        .gradSqnorm(gradSqnorm)
        .nonFinite(!skipped && nonFinite(events, loss, gradSqnorm, sqnorms, sketches))
        .motion(motion(events))
        .probe(probe(events))
        .layerSketches(layerSketches(batches))
        .tracked(tracked(events))
        .build();
  }

  /** Parameters are the same on every rank: the lowest rank that sent them speaks for all. */
  private static Motion motion(List<StepEvent> events) {
    float[] params = new float[0];
    Double sqnorm = null;
    Double noise = null;
    for (StepEvent event : events) {
      if (params.length == 0 && event.hasParamSketch()) {
        params = Vectors.toFloats(event.getParamSketch());
      }
      if (sqnorm == null && event.hasUpdateSqnorm()) {
        sqnorm = event.getUpdateSqnorm();
      }
      if (noise == null && event.hasUpdateNoise()) {
        noise = event.getUpdateNoise();
      }
    }
    return new Motion(params, sqnorm, noise);
  }

  /** The lowest rank that sent a scalar speaks for all, in order of the names. */
  private static Map<String, Double> tracked(List<StepEvent> events) {
    Map<String, Double> tracked = Map.of();
    for (StepEvent event : events) {
      if (event.getTrackedCount() > 0) {
        tracked = tracked.isEmpty() ? new TreeMap<>() : tracked;
        event.getTrackedMap().forEach(tracked::putIfAbsent);
      }
    }
    return tracked;
  }

  private static @Nullable Probe probe(List<StepEvent> events) {
    for (StepEvent event : events) {
      if (event.hasProbe()) {
        CurvatureProbe probe = event.getProbe();
        return new Probe(
            doubles(probe.getHessianTopList()),
            probe.hasHessianTrace() ? (Double) probe.getHessianTrace() : null,
            probe.hasGradHessGrad() ? (Double) probe.getGradHessGrad() : null,
            doubles(probe.getPreconditionedTopList()));
      }
    }
    return null;
  }

  private static double[] doubles(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * The micro-batches of all ranks; a lone gradient without any is one micro-batch of B examples.
   */
  private static List<MicroBatch> microBatches(List<StepEvent> events) {
    List<MicroBatch> batches = new ArrayList<>();
    events.forEach(event -> batches.addAll(event.getMicroBatchesList()));
    StepEvent first = events.get(0);
    if (batches.isEmpty() && events.size() == 1 && first.hasGradSketch() && first.hasBatchSize()) {
      MicroBatch.Builder whole =
          MicroBatch.newBuilder()
              .setExamples(first.getBatchSize())
              .setGradSketch(first.getGradSketch());
      if (first.hasGradSqnorm()) {
        whole.setGradSqnorm(first.getGradSqnorm());
      }
      batches.add(whole.build());
    }
    return batches;
  }

  /** A mixed-precision step whose scaled gradient overflowed was not taken: no news, no noise. */
  private static boolean skippedByLossScaler(List<StepEvent> events) {
    return events.stream().anyMatch(e -> e.hasLossScale() && e.getNonfiniteCount() > 0);
  }

  private static double[] sqnorms(List<MicroBatch> batches) {
    double[] sqnorms = new double[batches.size()];
    for (int j = 0; j < sqnorms.length; j++) {
      if (!batches.get(j).hasGradSqnorm()) {
        return new double[0];
      }
      sqnorms[j] = batches.get(j).getGradSqnorm();
    }
    return sqnorms;
  }

  private static float[][] sketches(List<MicroBatch> batches) {
    float[][] sketches = new float[batches.size()][];
    for (int j = 0; j < sketches.length; j++) {
      if (!batches.get(j).hasGradSketch()) {
        return new float[0][];
      }
      sketches[j] = Vectors.toFloats(batches.get(j).getGradSketch());
    }
    return sketches;
  }

  private static float[][][] layerSketches(List<MicroBatch> batches) {
    int layers = batches.isEmpty() ? 0 : batches.get(0).getLayerSketchesCount();
    float[][][] sketches = new float[layers][batches.size()][];
    for (int j = 0; layers > 0 && j < batches.size(); j++) {
      if (batches.get(j).getLayerSketchesCount() != layers) {
        return new float[0][][];
      }
      for (int l = 0; l < layers; l++) {
        sketches[l][j] = Vectors.toFloats(batches.get(j).getLayerSketches(l));
      }
    }
    return sketches;
  }

  private static @Nullable Double gradSqnorm(List<StepEvent> events) {
    for (StepEvent event : events) {
      if (event.hasGradSqnorm()) {
        return event.getGradSqnorm();
      }
    }
    return null;
  }

  /** Mean loss over the examples of all ranks that sent one. */
  private static @Nullable Double loss(List<StepEvent> events) {
    double sum = 0;
    double weight = 0;
    for (StepEvent event : events) {
      double examples =
          event.getMicroBatchesList().stream().mapToLong(MicroBatch::getExamples).sum();
      if (event.hasLoss()) {
        double w = examples > 0 ? examples : 1;
        sum += w * event.getLoss();
        weight += w;
      } else {
        for (MicroBatch batch : event.getMicroBatchesList()) {
          if (batch.hasLoss()) {
            sum += batch.getExamples() * batch.getLoss();
            weight += batch.getExamples();
          }
        }
      }
    }
    return weight > 0 ? sum / weight : null;
  }

  private static @Nullable Double learningRate(List<StepEvent> events) {
    for (StepEvent event : events) {
      if (event.hasLearningRate()) {
        return event.getLearningRate();
      }
    }
    return null;
  }

  private static long batchSize(
      List<StepEvent> events, List<MicroBatch> batches, boolean complete) {
    for (StepEvent event : events) {
      if (event.hasBatchSize()) {
        return event.getBatchSize();
      }
    }
    return complete ? batches.stream().mapToLong(MicroBatch::getExamples).sum() : 0;
  }

  private static double time(List<StepEvent> events) {
    return events.stream().mapToDouble(StepEvent::getTime).max().orElseThrow();
  }

  private static boolean nonFinite(
      List<StepEvent> events,
      @Nullable Double loss,
      @Nullable Double gradSqnorm,
      double[] sqnorms,
      float[][] sketches) {
    if (events.stream().anyMatch(e -> e.getNonfiniteCount() > 0)
        || (loss != null && !Double.isFinite(loss))
        || (gradSqnorm != null && !Double.isFinite(gradSqnorm))) {
      return true;
    }
    for (double x : sqnorms) {
      if (!Double.isFinite(x)) {
        return true;
      }
    }
    // A non-finite gradient has a non-finite norm: where norms came, sketches need not be read.
    return sqnorms.length == 0 && anyNonFinite(sketches);
  }

  private static boolean anyNonFinite(float[][] sketches) {
    float zero = 0;
    for (float[] sketch : sketches) {
      for (float x : sketch) {
        zero += x * 0f;
      }
    }
    return zero != 0 || Float.isNaN(zero);
  }
}
