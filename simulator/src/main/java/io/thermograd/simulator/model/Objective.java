package io.thermograd.simulator.model;

import java.util.List;

/**
 * A training loss L(θ) = (1/n) Σ ℓ_i(θ) over n examples, with gradients of any subset of them.
 *
 * <p>Not thread-safe: implementations own their work space.
 */
public interface Objective {

  /** n. */
  int examples();

  /** P, the length of θ. */
  int parameterCount();

  /** Where named groups of parameters lie within θ, in order; at least one. */
  List<Layer> layers();

  /** Mean loss over {@code examples[from … to−1]}; NaN when that is empty. */
  double loss(float[] theta, int[] examples, int from, int to);

  /**
   * Writes the mean gradient over {@code examples[from … to−1]} and returns their mean loss. Values
   * that overflow come out as infinite or NaN, never as an exception.
   */
  double gradient(float[] theta, int[] examples, int from, int to, float[] gradient);

  /** H = ∇²L at θ over all examples, in float64. */
  SymmetricOperator hessian(float[] theta);
}
