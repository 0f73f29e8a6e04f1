package io.thermograd.simulator.optimize;

/**
 * An update rule with its state (velocity, moments). It acts on every element alone, so that the
 * elements may be the parameters of a network or the coordinates of many replicas. Made by {@link
 * OptimizerSettings#create}.
 *
 * <p>Not thread-safe.
 */
public interface Optimizer {

  /**
   * Writes Δθ, the change to be added to θ, and advances the state. Non-finite gradients pass
   * through as IEEE arithmetic has them.
   *
   * @param theta θ, read only by rules with weight decay
   * @param gradient ḡ at θ, without the weight decay
   * @param learningRate η of this step
   * @param delta receives Δθ; may be {@code gradient} itself
   */
  void update(double[] theta, double[] gradient, double learningRate, double[] delta);

  /**
   * D of the latest update, the diagonal that it divides the gradient by; empty for rules without
   * one. Not to be changed; holds until the next update.
   */
  default double[] preconditioner() {
    return new double[0];
  }

  /**
   * P = −∂Δθ/∂ḡ of the latest update, a diagonal; empty for rules whose P is a number that the
   * settings tell. Not to be changed; holds until the next update.
   */
  default double[] gain() {
    return new double[0];
  }
}
