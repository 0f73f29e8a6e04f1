package io.thermograd.simulator.model;

import io.thermograd.simulator.data.Dataset;
import java.util.List;

/**
 * A network at one θ on chosen examples, in float64: for every layer and example what a product
 * with second derivatives needs and v does not change. Memory: four doubles a unit and example.
 * Immutable.
 */
final class Linearisation {
  final Mlp mlp;
  final List<Layer> layers;
  final int count;
  final double[] theta;
  final double meanLoss;
  final int[] labels;

  /** outputs[l][e·width + i] of layer l; 0 holds the inputs, the last one the network's z. */
  final double[][] outputs;

  /** ∂ℓ/∂z of layer l's sums z. */
  final double[][] deltas;

  /** φ′(z) of hidden layer l. */
  final double[][] slopes;

  /** φ″(z)·∂ℓ/∂φ of hidden layer l: how much a change of z alone changes δ. */
  final double[][] bends;

  Linearisation(Mlp mlp, Dataset data, double[] theta, int[] examples) {
    if (mlp.inputs() != data.features() || mlp.classes() != data.classes()) {
      throw new IllegalArgumentException(
          "the network %s should have %d inputs and %d classes for %s"
              .formatted(mlp.shape(), data.features(), data.classes(), data));
    }
    if (theta.length != mlp.parameterCount()) {
      throw new IllegalArgumentException(
          "theta should have %d elements: had %d".formatted(mlp.parameterCount(), theta.length));
    }
    if (examples.length == 0) {
      throw new IllegalArgumentException("examples should be at least one: were none");
    }
    this.mlp = mlp;
    this.layers = mlp.layers();
    this.count = examples.length;
    this.theta = theta.clone();
    this.labels = new int[count];
    int depth = layers.size();
    this.outputs = new double[depth + 1][];
    this.deltas = new double[depth + 1][];
    this.slopes = new double[depth + 1][];
    this.bends = new double[depth + 1][];
    for (int l = 0; l <= depth; l++) {
      int size = Math.multiplyExact(count, mlp.widths().get(l));
      outputs[l] = new double[size];
      deltas[l] = new double[l == 0 ? 0 : size];
      slopes[l] = new double[l == 0 || l == depth ? 0 : size];
      bends[l] = new double[l == 0 || l == depth ? 0 : size];
    }
    float[] input = new float[data.features()];
    for (int e = 0; e < count; e++) {
      labels[e] = data.label(examples[e]);
      data.copyInput(examples[e], input, 0);
      for (int i = 0; i < input.length; i++) {
        outputs[0][e * input.length + i] = input[i];
      }
    }
    this.meanLoss = forward() / count;
    for (int l = depth; l > 1; l--) {
      backward(l);
    }
  }

  private double forward() {
    int depth = layers.size();
    for (int l = 1; l <= depth; l++) {
      Layer layer = layers.get(l - 1);
      int in = layer.inputs();
      int out = layer.outputs();
      double[] x = outputs[l - 1];
      double[] z = outputs[l];
      for (int e = 0; e < count; e++) {
        if (layer.biases()) {
          System.arraycopy(theta, layer.biasOffset(), z, e * out, out);
        }
        for (int i = 0; i < in; i++) {
          if (x[e * in + i] != 0) {
            Kernels.axpy(x[e * in + i], theta, layer.row(i), z, e * out, out);
          }
        }
      }
      for (int u = 0; l < depth && u < z.length; u++) {
        z[u] = mlp.activation().apply(z[u]);
        slopes[l][u] = mlp.activation().slope(z[u]);
        bends[l][u] = mlp.activation().bend(z[u]);
      }
    }
    double sum = 0;
    for (int e = 0; e < count; e++) {
      sum +=
          mlp.loss()
              .evaluate(outputs[depth], e * mlp.classes(), mlp.classes(), labels[e], deltas[depth]);
    }
    return sum;
  }

  private void backward(int l) {
    Layer layer = layers.get(l - 1);
    int in = layer.inputs();
    int out = layer.outputs();
    for (int e = 0; e < count; e++) {
      for (int i = 0; i < in; i++) {
        double below = Kernels.dot(theta, layer.row(i), deltas[l], e * out, out);
        int unit = e * in + i;
        deltas[l - 1][unit] = slopes[l - 1][unit] * below;
        bends[l - 1][unit] *= below;
      }
    }
  }

  /** Adds weight·∇ℓ of the e-th chosen example. */
  void addGradient(int e, double weight, double[] gradient) {
    for (int l = 1; l <= layers.size(); l++) {
      Layer layer = layers.get(l - 1);
      int in = layer.inputs();
      int out = layer.outputs();
      for (int i = 0; i < in; i++) {
        double xi = outputs[l - 1][e * in + i];
        if (xi != 0) {
          Kernels.axpy(weight * xi, deltas[l], e * out, gradient, layer.row(i), out);
        }
      }
      if (layer.biases()) {
        Kernels.axpy(weight, deltas[l], e * out, gradient, layer.biasOffset(), out);
      }
    }
  }
}
