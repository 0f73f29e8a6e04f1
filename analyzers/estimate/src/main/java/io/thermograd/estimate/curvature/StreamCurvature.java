package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.Contrasts;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The Hessian from what a training does anyway, without extra passes: the mean curvature along the
 * updates ({@link Secant}), and λ_max in the leading directions of the noise. Both rest on sketches
 * of the parameters and of a step's gradient; a step without, or with numbers that are not finite,
 * leaves them as they were. One owner thread.
 */
public final class StreamCurvature {
  private static final int RANK = 16;

  /**
   * Standard deviation of log λ_max from step to step, over √(its ratio to the edge of stability):
   * it follows the parameters' noise, which goes as √η. Measured on networks on digits that weight
   * decay holds stationary: 0.025, 0.04 and 0.10 at ratios of 0.06, 0.12 and 0.55 (tanh); 0.05,
   * 0.06 and 0.15 at 0.09, 0.17 and 0.65 (ReLU).
   */
  static final double FLUCTUATION = 0.15;

  private final Subspace subspace;
  private final Secant secant;
  private final Wandering wandering;
  private final double gain;
  private boolean moves;
  private double learningRate;

  /**
   * @param halfLife of the noise estimates, steps
   */
  public StreamCurvature(RunSettings settings, double halfLife) {
    this.subspace = new Subspace(RANK, (long) Math.max(1, halfLife));
    this.secant = new Secant(settings, halfLife);
    this.wandering = new Wandering(settings, halfLife, subspace);
    StabilityRule rule = StabilityRule.of(settings);
    this.gain = rule.missing() == null && !rule.preconditioned() ? rule.gain() : 0;
  }

  /** Adds a step that the noise estimator has just seen. */
  public void accept(TrainingStep step, NoiseEstimator noise) {
    if (step.nonFinite() || step.sketches().length < 2) {
      return;
    }
    Contrasts contrasts = noise.contrasts();
    secant.accept(step, contrasts);
    if (step.motion().paramSketch().length > 0) {
      moves = true;
      Double rate = step.learningRate();
      learningRate = rate == null ? 0 : rate;
      wandering.accept(
          step.step(),
          Secant.batch(step),
          step.motion().paramSketch(),
          contrasts.mean(),
          noise.stepTrace(),
          noise.spectrum());
    }
  }

  /** The directions that {@link #hessian} is expressed in. */
  public Subspace subspace() {
    return subspace;
  }

  /** VᵀHV, or null while too little is known. */
  public @Nullable SubspaceHessian hessian() {
    return wandering.hessian();
  }

  /** λ_max at the latest step, or why it is not known. */
  public StreamSharpness sharpness() {
    if (!moves) {
      return StreamSharpness.absent("needs param_sketch and at least 2 micro-batches a step");
    }
    StreamSharpness average = wandering.sharpness();
    double ratio = gain * learningRate * average.value();
    return ratio > 0 ? average.withError(FLUCTUATION * Math.sqrt(ratio)) : average;
  }

  /** Mean curvature along the updates. */
  public Secant secant() {
    return secant;
  }

  /** Publishes the mean curvature; {@link Sharpness} publishes λ_max, with what probes say. */
  public void describe(QuantityList out) {
    secant.describe(out);
  }

  public void writeTo(DataOutput out) throws IOException {
    subspace.writeTo(out);
    secant.writeTo(out);
    wandering.writeTo(out);
    out.writeBoolean(moves);
    out.writeDouble(learningRate);
  }

  public void readFrom(DataInput in) throws IOException {
    subspace.readFrom(in);
    secant.readFrom(in);
    wandering.readFrom(in);
    moves = in.readBoolean();
    learningRate = in.readDouble();
  }
}
