package io.thermograd.simulator.model;

import io.thermograd.simulator.data.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Losses and gradients of one network on one data set, in float32 with the loss of the outputs in
 * float64. Examples are taken in tiles, so that a row of weights is used for a whole tile while it
 * is in the cache; inputs and activations that are exactly 0 are skipped (a skipped product is 0
 * even where the other factor is not finite). Every sum has a fixed order: the same arguments give
 * the same bits on every machine.
 *
 * <p>Cost: about 2·P multiply-adds an example for the gradient, half of that for the loss.
 *
 * <p>Not thread-safe: it owns its work space. One evaluator per thread.
 */
public final class Evaluator implements Objective {
  private static final int TILE = 32;

  private final Mlp mlp;
  private final Dataset data;
  private final IntUnaryOperator labels;
  private final List<Layer> layers;
  private final int[] one = new int[1];
  private final int[] all;

  // activations[l] holds a tile's outputs of layer l (0: the inputs), example by example;
  // deltas[l] the derivatives of the summed losses by the inputs of layer l's units.
  private final float[][] activations;
  private final float[][] deltas;

  public Evaluator(Mlp mlp, Dataset data) {
    this(mlp, data, data::label);
  }

  /**
   * An evaluator whose losses and gradients ask for the class of an example each time they meet it,
   * for example {@link io.thermograd.simulator.data.LabelNoise#fresh}. The accuracy goes by the
   * data.
   */
  public Evaluator(Mlp mlp, Dataset data, IntUnaryOperator labels) {
    if (mlp.inputs() != data.features() || mlp.classes() != data.classes()) {
      throw new IllegalArgumentException(
          "the network %s should have %d inputs and %d classes for %s"
              .formatted(mlp.shape(), data.features(), data.classes(), data));
    }
    this.mlp = mlp;
    this.data = data;
    this.labels = labels;
    this.layers = mlp.layers();
    this.activations = new float[layers.size() + 1][];
    this.deltas = new float[layers.size() + 1][];
    for (int l = 0; l <= layers.size(); l++) {
      activations[l] = new float[TILE * mlp.widths().get(l)];
      deltas[l] = new float[TILE * mlp.widths().get(l)];
    }
    this.all = new int[data.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
  }

  public Mlp mlp() {
    return mlp;
  }

  public Dataset data() {
    return data;
  }

  /** By the classes of the data. */
  @Override
  public SymmetricOperator hessian(float[] theta) {
    return Curvature.at(mlp, data, theta).hessian();
  }

  @Override
  public int examples() {
    return data.size();
  }

  @Override
  public int parameterCount() {
    return mlp.parameterCount();
  }

  @Override
  public List<Layer> layers() {
    return layers;
  }

  /** Mean loss over every example of the data set; NaN when it has none. */
  public double loss(float[] theta) {
    return loss(theta, all, 0, all.length);
  }

  @Override
  public double loss(float[] theta, int[] examples, int from, int to) {
    checkLength("theta", theta);
    double sum = 0;
    for (int start = from; start < to; start += TILE) {
      int count = Math.min(TILE, to - start);
      forward(theta, examples, start, count);
      sum += outputs(examples, start, count, 1f);
    }
    return sum / (to - from);
  }

  /** Share of the data set's examples whose largest output is the right class; NaN without any. */
  public double accuracy(float[] theta) {
    checkLength("theta", theta);
    int correct = 0;
    for (int start = 0; start < all.length; start += TILE) {
      int count = Math.min(TILE, all.length - start);
      forward(theta, all, start, count);
      for (int e = 0; e < count; e++) {
        correct += predicted(e) == data.label(start + e) ? 1 : 0;
      }
    }
    return (double) correct / all.length;
  }

  /**
   * Units of each hidden layer whose output is 0 for every example of the data set: dead ReLUs,
   * which no gradient reaches any more.
   */
  public int[] deadUnits(float[] theta) {
    checkLength("theta", theta);
    int[] dead = new int[layers.size() - 1];
    boolean[][] alive = new boolean[dead.length][];
    for (int l = 0; l < dead.length; l++) {
      alive[l] = new boolean[layers.get(l).outputs()];
    }
    for (int start = 0; start < all.length; start += TILE) {
      int count = Math.min(TILE, all.length - start);
      forward(theta, all, start, count);
      for (int l = 0; l < dead.length; l++) {
        int width = alive[l].length;
        for (int u = 0; u < count * width; u++) {
          alive[l][u % width] |= activations[l + 1][u] != 0f;
        }
      }
    }
    for (int l = 0; l < dead.length; l++) {
      for (boolean unit : alive[l]) {
        dead[l] += unit ? 0 : 1;
      }
    }
    return dead;
  }

  /** As specified; for no examples a gradient of zeros and NaN. */
  @Override
  public double gradient(float[] theta, int[] examples, int from, int to, float[] gradient) {
    checkLength("theta", theta);
    checkLength("gradient", gradient);
    Arrays.fill(gradient, 0f);
    double sum = 0;
    float weight = 1f / (to - from);
    for (int start = from; start < to; start += TILE) {
      int count = Math.min(TILE, to - start);
      forward(theta, examples, start, count);
      sum += outputs(examples, start, count, weight);
      backward(theta, count, gradient);
    }
    return sum / (to - from);
  }

  /** Writes the gradient of one example's loss and returns that loss. */
  public double exampleGradient(float[] theta, int example, float[] gradient) {
    one[0] = example;
    return gradient(theta, one, 0, 1, gradient);
  }

  private void forward(float[] theta, int[] examples, int start, int count) {
    for (int e = 0; e < count; e++) {
      data.copyInput(examples[start + e], activations[0], e * data.features());
    }
    for (int l = 1; l <= layers.size(); l++) {
      Layer layer = layers.get(l - 1);
      float[] x = activations[l - 1];
      float[] z = activations[l];
      int in = layer.inputs();
      int out = layer.outputs();
      if (layer.biases()) {
        for (int e = 0; e < count; e++) {
          System.arraycopy(theta, layer.biasOffset(), z, e * out, out);
        }
      } else {
        Arrays.fill(z, 0, count * out, 0f);
      }
      for (int i = 0; i < in; i++) {
        int row = layer.row(i);
        for (int e = 0; e < count; e++) {
          float xi = x[e * in + i];
          if (xi != 0f) {
            Kernels.axpy(xi, theta, row, z, e * out, out);
          }
        }
      }
      if (l < layers.size()) {
        mlp.activation().apply(z, count * out);
      }
    }
  }

  /** Sum of the tile's losses; leaves weight·∂ℓ/∂z in the last deltas. */
  private double outputs(int[] examples, int start, int count, float weight) {
    int classes = mlp.classes();
    float[] z = activations[layers.size()];
    float[] delta = deltas[layers.size()];
    double sum = 0;
    for (int e = 0; e < count; e++) {
      int label = labels.applyAsInt(examples[start + e]);
      sum += mlp.loss().evaluate(z, e * classes, classes, label, weight, delta);
    }
    return sum;
  }

  private void backward(float[] theta, int count, float[] gradient) {
    for (int l = layers.size(); l >= 1; l--) {
      Layer layer = layers.get(l - 1);
      int in = layer.inputs();
      int out = layer.outputs();
      float[] x = activations[l - 1];
      float[] delta = deltas[l];
      for (int i = 0; i < in; i++) {
        int row = layer.row(i);
        for (int e = 0; e < count; e++) {
          float xi = x[e * in + i];
          if (xi != 0f) {
            Kernels.axpy(xi, delta, e * out, gradient, row, out);
          }
        }
      }
      for (int e = 0; layer.biases() && e < count; e++) {
        Kernels.axpy(1f, delta, e * out, gradient, layer.biasOffset(), out);
      }
      if (l > 1) {
        backpropagate(theta, l, count);
      }
    }
  }

  private void backpropagate(float[] theta, int l, int count) {
    Layer layer = layers.get(l - 1);
    int in = layer.inputs();
    int out = layer.outputs();
    float[] x = activations[l - 1];
    float[] below = deltas[l - 1];
    for (int e = 0; e < count; e++) {
      for (int i = 0; i < in; i++) {
        float slope = mlp.activation().slope(x[e * in + i]);
        below[e * in + i] =
            slope == 0f ? 0f : slope * Kernels.dot(theta, layer.row(i), deltas[l], e * out, out);
      }
    }
  }

  private int predicted(int e) {
    int classes = mlp.classes();
    float[] z = activations[layers.size()];
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (z[e * classes + k] > z[e * classes + best]) {
        best = k;
      }
    }
    return best;
  }

  private void checkLength(String name, float[] x) {
    if (x.length != mlp.parameterCount()) {
      throw new IllegalArgumentException(
          "%s should have %d elements: had %d".formatted(name, mlp.parameterCount(), x.length));
    }
  }
}
