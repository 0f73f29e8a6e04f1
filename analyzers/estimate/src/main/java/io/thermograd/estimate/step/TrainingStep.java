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

  /** A step of which nothing else is known yet. */
  public static Builder at(long step, double time) {
    return new Builder(step, time);
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

  /** What was not said is unknown: null, empty, or {@link Motion#UNKNOWN}. Not thread-safe. */
  public static final class Builder {
    private final long step;
    private final double time;
    private @Nullable Double loss;
    private @Nullable Double learningRate;
    private long batchSize;
    private int[] examples = {};
    private double[] sqnorms = {};
    private float[][] sketches = {};
    private @Nullable Double gradSqnorm;
    private boolean nonFinite;
    private Motion motion = Motion.UNKNOWN;
    private @Nullable Probe probe;
    private float[][][] layerSketches = {};
    private Map<String, Double> tracked = Map.of();

    private Builder(long step, double time) {
      this.step = step;
      this.time = time;
    }

    /** {@link TrainingStep#loss}. */
    public Builder loss(@Nullable Double loss) {
      this.loss = loss;
      return this;
    }

    /** {@link TrainingStep#learningRate}. */
    public Builder learningRate(@Nullable Double learningRate) {
      this.learningRate = learningRate;
      return this;
    }

    /** {@link TrainingStep#batchSize}. */
    public Builder batchSize(long batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    /** {@link TrainingStep#examples}. */
    public Builder examples(int[] examples) {
      this.examples = examples;
      return this;
    }

    /** {@link TrainingStep#sqnorms}. */
    public Builder sqnorms(double[] sqnorms) {
      this.sqnorms = sqnorms;
      return this;
    }

    /** {@link TrainingStep#sketches}. */
    public Builder sketches(float[][] sketches) {
      this.sketches = sketches;
      return this;
    }

    /** {@link TrainingStep#gradSqnorm}. */
    public Builder gradSqnorm(@Nullable Double gradSqnorm) {
      this.gradSqnorm = gradSqnorm;
      return this;
    }

    /** {@link TrainingStep#nonFinite}. */
    public Builder nonFinite(boolean nonFinite) {
      this.nonFinite = nonFinite;
      return this;
    }

    /** {@link TrainingStep#motion}. */
    public Builder motion(Motion motion) {
      this.motion = motion;
      return this;
    }

    /** {@link TrainingStep#probe}. */
    public Builder probe(@Nullable Probe probe) {
      this.probe = probe;
      return this;
    }

    /** {@link TrainingStep#layerSketches}. */
    public Builder layerSketches(float[][][] layerSketches) {
      this.layerSketches = layerSketches;
      return this;
    }

    /** {@link TrainingStep#tracked}. */
    public Builder tracked(Map<String, Double> tracked) {
      this.tracked = tracked;
      return this;
    }

    /**
     * The step.
     *
     * @throws IllegalArgumentException if arrays do not fit together
     */
    public TrainingStep build() {
      return new TrainingStep(
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
          tracked);
    }
  }
}
