package io.thermograd.estimate.step;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One optimizer step, assembled from its ranks: m micro-batches at the same parameters.
 *
 * <p>Arrays are handed over, not copied: neither side changes them afterwards. Non-finite numbers
 * are allowed; they are what a diverged run sends.
 *
 * @param step 0-based
 * @param time seconds since the Unix epoch, by the trainer's clock
 * @param loss mini-batch loss, mean over the step's examples
 * @param learningRate η
 * @param batchSize B, the examples whose mean gradient the optimizer used
 * @param examples b_j of each micro-batch, length m
 * @param sqnorms ‖g_j‖² of each micro-batch, exact; empty unless all were sent
 * @param sketches S g_j of each micro-batch, equally long; empty unless all were sent
 * @param gradSqnorm ‖ḡ‖², exact
 * @param nonFinite whether the trainer or any number of the step says that something overflowed
 * @param motion of the parameters
 * @param probe of the Hessian, in the steps that have one
 * @param layerSketches of each layer's part of g_j, [layer][micro-batch]; empty unless all were
 *     sent
 * @param tracked scalars of the trainer's own, by name
 */
public record TrainingStep(
    long step,
    double time,
    @Nullable Double loss,
    @Nullable Double learningRate,
    long batchSize,
    int[] examples,
    double[] sqnorms,
    float[][] sketches,
    @Nullable Double gradSqnorm,
    boolean nonFinite,
    Motion motion,
    @Nullable Probe probe,
    float[][][] layerSketches,
    Map<String, Double> tracked) {

  /** A step without tracked scalars. */
  public TrainingStep(
      long step,
      double time,
      @Nullable Double loss,
      @Nullable Double learningRate,
      long batchSize,
      int[] examples,
      double[] sqnorms,
      float[][] sketches,
      @Nullable Double gradSqnorm,
      boolean nonFinite,
      Motion motion,
      @Nullable Probe probe,
      float[][][] layerSketches) {
    this(
        step,
        time,
        loss,
        learningRate,
        batchSize,
        examples,
        sqnorms,
        sketches,
        gradSqnorm,
        nonFinite,
        motion,
        probe,
        layerSketches,
        Map.of());
  }

  /** A step without layer sketches. */
  public TrainingStep(
      long step,
      double time,
      @Nullable Double loss,
      @Nullable Double learningRate,
      long batchSize,
      int[] examples,
      double[] sqnorms,
      float[][] sketches,
      @Nullable Double gradSqnorm,
      boolean nonFinite,
      Motion motion,
      @Nullable Probe probe) {
    this(
        step,
        time,
        loss,
        learningRate,
        batchSize,
        examples,
        sqnorms,
        sketches,
        gradSqnorm,
        nonFinite,
        motion,
        probe,
        new float[0][][]);
  }

  /** A step that tells of gradients only. */
  public TrainingStep(
      long step,
      double time,
      @Nullable Double loss,
      @Nullable Double learningRate,
      long batchSize,
      int[] examples,
      double[] sqnorms,
      float[][] sketches,
      @Nullable Double gradSqnorm,
      boolean nonFinite) {
    this(
        step,
        time,
        loss,
        learningRate,
        batchSize,
        examples,
        sqnorms,
        sketches,
        gradSqnorm,
        nonFinite,
        Motion.UNKNOWN,
        null);
  }

  public TrainingStep {
    int m = examples.length;
    if ((sqnorms.length > 0 && sqnorms.length != m)
        || (sketches.length > 0 && sketches.length != m)) {
      throw new IllegalArgumentException(
          "a step's arrays should be empty or have one element a micro-batch");
    }
    for (int b : examples) {
      if (b <= 0) {
        throw new IllegalArgumentException("examples should be positive: was " + b);
      }
    }
    requireEqualLengths(sketches);
    for (float[][] layer : layerSketches) {
      if (layer.length != m) {
        throw new IllegalArgumentException(
            "a layer should have one sketch a micro-batch, " + m + ": had " + layer.length);
      }
      requireEqualLengths(layer);
    }
    int params = motion.paramSketch().length;
    if (params > 0 && sketches.length > 0 && params != sketches[0].length) {
      throw new IllegalArgumentException("a step's sketches should be equally long");
    }
  }

  private static void requireEqualLengths(float[][] sketches) {
    for (float[] s : sketches) {
      if (s.length != sketches[0].length) {
        throw new IllegalArgumentException("a step's sketches should be equally long");
      }
    }
  }

  /** m. */
  public int microBatches() {
    return examples.length;
  }
}
