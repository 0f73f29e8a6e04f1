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

  private final Subspace subspace;
  private final Secant secant;
  private final Wandering wandering;
  private boolean moves;

  /**
   * @param halfLife of the noise estimates, steps
   */
  public StreamCurvature(RunSettings settings, double halfLife) {
    this.subspace = new Subspace(RANK, (long) Math.max(1, halfLife));
    this.secant = new Secant(settings, halfLife);
    this.wandering = new Wandering(settings, halfLife, subspace);
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

  /** λ_max, or why it is not known. */
  public StreamSharpness sharpness() {
    return moves
        ? wandering.sharpness()
        : StreamSharpness.absent("needs param_sketch and at least 2 micro-batches a step");
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
  }

  public void readFrom(DataInput in) throws IOException {
    subspace.readFrom(in);
    secant.readFrom(in);
    wandering.readFrom(in);
    moves = in.readBoolean();
  }
}
