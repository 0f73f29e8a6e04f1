package io.thermograd.estimate.step;

import org.jspecify.annotations.Nullable;

/**
 * Where a step's parameters were and how the optimizer moved them.
 *
 * @param paramSketch S θ before the update; empty when it was not sent
 * @param updateSqnorm ‖Δθ‖², exact
 * @param updateNoise tr(P Σ̂_b), P = −∂Δθ/∂ḡ and Σ̂_b the covariance of one micro-batch gradient:
 *     how much of the update is that of its own gradient's noise, for optimizers whose P is not η
 */
public record Motion(
    float[] paramSketch, @Nullable Double updateSqnorm, @Nullable Double updateNoise) {

  /** Of a step that says nothing about its parameters. */
  public static final Motion UNKNOWN = new Motion(new float[0], null, null);
}
