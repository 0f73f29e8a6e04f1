package io.thermograd.agent.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.thermograd.agent.Sketcher;
import java.util.ArrayList;
import java.util.List;

/**
 * Sketches of a block's gradient and parameters, taken off their device tensor by tensor.
 *
 * <p>The vector is the block's parameters that train, in the block's order. One without a gradient
 * counts as zeros. Cost: a copy of two times P floats to the heap, a tensor at a time, and one pass
 * over each. Not thread-safe.
 */
final class GradientReader {
  private final List<Parameter> parameters;
  private final Sketcher sketcher;
  private final double decay;
  private double sqnorm;

  private GradientReader(List<Parameter> parameters, Sketcher sketcher, double decay) {
    this.parameters = parameters;
    this.sketcher = sketcher;
    this.decay = decay;
  }

  /**
   * A reader of an initialised block.
   *
   * @param decay what the optimizer adds to the gradient, as a multiple of the parameters; else 0
   * @throws IllegalArgumentException if no parameter trains
   */
  static GradientReader of(Block block, int dim, long seed, double decay) {
    List<Parameter> training = new ArrayList<>();
    long count = 0;
    for (Parameter parameter : block.getParameters().values()) {
      if (parameter.requiresGradient()) {
        training.add(parameter);
        count += parameter.getArray().size();
      }
    }
    if (training.isEmpty()) {
      throw new IllegalArgumentException(
          "the model should have a parameter that trains: has none of "
              + block.getParameters().size());
    }
    return new GradientReader(training, Sketcher.of(count, dim, seed), decay);
  }

  Sketcher sketcher() {
    return sketcher;
  }

  /** S g, weight decay included; {@link #sqnorm} is then ‖g‖². */
  float[] gradient() {
    float[] sketch = new float[sketcher.dim()];
    sketcher.reset(sketch);
    sqnorm = 0;
    for (Parameter parameter : parameters) {
      float[] g = gradientOf(parameter.getArray());
      for (float x : g) {
        sqnorm += (double) x * x;
      }
      sketcher.accept(g);
    }
    sketcher.finish();
    return sketch;
  }

  /** S θ. */
  float[] parameters() {
    float[] sketch = new float[sketcher.dim()];
    sketcher.reset(sketch);
    for (Parameter parameter : parameters) {
      sketcher.accept(parameter.getArray().toFloatArray());
    }
    sketcher.finish();
    return sketch;
  }

  /** ‖g‖² of the gradient read last, exact. */
  double sqnorm() {
    return sqnorm;
  }

  private float[] gradientOf(NDArray array) {
    float[] g;
    if (array.hasGradient()) {
      try (NDArray gradient = array.getGradient()) {
        g = gradient.toFloatArray();
      }
    } else {
      g = new float[Math.toIntExact(array.size())];
    }
    if (decay != 0) {
      float[] theta = array.toFloatArray();
      for (int i = 0; i < g.length; i++) {
        g[i] = (float) (g[i] + decay * theta[i]);
      }
    }
    return g;
  }
}
