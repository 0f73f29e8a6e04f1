package io.thermograd.simulator.train;

import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.SymmetricOperator;
import java.util.List;

/**
 * Where the gradients of a training come from: data behind a model, or a landscape with noise of a
 * known law. Owns its random numbers: the calls in their order decide every value.
 *
 * <p>Not thread-safe.
 */
public interface GradientSource {

  /** P, the length of θ. */
  int parameterCount();

  /** Named groups of parameters, in order; none where they have no structure. */
  List<Layer> layers();

  /** n; 0 when there is no finite data set. */
  int examples();

  /** How the examples of a step are drawn. */
  SamplingScheme sampling();

  /**
   * Begins a step: draws what its micro-batches consist of.
   *
   * @param size examples of each
   */
  void next(int microBatches, int size);

  /**
   * Writes the mean gradient of the step's micro-batch {@code j} at θ and returns its mean loss.
   * Called once for each j, in rising order. Values that overflow come out as infinite or NaN.
   */
  double gradient(int j, float[] theta, float[] gradient);

  /** The Hessian of the whole loss at θ. Draws nothing. */
  SymmetricOperator hessian(float[] theta);
}
