package io.thermograd.simulator.model;

import java.util.List;

/**
 * The n × n matrix of inner products of per-example gradients, g_i·g_j, in float64. Centred, K_ij =
 * (g_i − G)·(g_j − G), it has the non-zero eigenvalues of n·Σ, so it answers spectral questions
 * about Σ without a P × P matrix: tr Σ = (1/n) Σ_i K_ii and tr Σ² = (1/n²) Σ_ij K_ij². And it gives
 * the norm of any mini-batch gradient without that gradient.
 *
 * <p>A layer's gradient of one example is the outer product of its inputs x (with a 1 for the bias)
 * and its deltas δ, so g_i·g_j = Σ_layers (x_i·x_j + 1)(δ_i·δ_j): the cost goes by the widths, not
 * by the number of parameters. Memory: n² doubles. Immutable.
 */
public final class GradientGram {
  private final int n;
  private final double[] products;
  private final double[] rowMeans;
  private final double mean;

  private GradientGram(int n, double[] products) {
    this.n = n;
    this.products = products;
    this.rowMeans = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        rowMeans[i] += products[i * n + j];
      }
      rowMeans[i] /= n;
      sum += rowMeans[i];
    }
    this.mean = sum / n;
  }

  /** The matrix at θ; uses the evaluator's work space. */
  public static GradientGram at(Evaluator evaluator, float[] theta) {
    int n = evaluator.data().size();
    List<Layer> layers = evaluator.mlp().layers();
    float[][] inputs = new float[layers.size()][];
    float[][] deltas = new float[layers.size()][];
    for (int l = 0; l < layers.size(); l++) {
      inputs[l] = new float[n * layers.get(l).inputs()];
      deltas[l] = new float[n * layers.get(l).outputs()];
    }
    for (int i = 0; i < n; i++) {
      evaluator.factors(theta, i);
      for (int l = 0; l < layers.size(); l++) {
        int in = layers.get(l).inputs();
        int out = layers.get(l).outputs();
        System.arraycopy(evaluator.layerInput(l + 1), 0, inputs[l], i * in, in);
        System.arraycopy(evaluator.layerDelta(l + 1), 0, deltas[l], i * out, out);
      }
    }
    double[] k = new double[Math.multiplyExact(n, n)];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double product = 0;
        for (int l = 0; l < layers.size(); l++) {
          int in = layers.get(l).inputs();
          int out = layers.get(l).outputs();
          product +=
              ((layers.get(l).biases() ? 1 : 0)
                      + Kernels.dotExact(inputs[l], i * in, inputs[l], j * in, in))
                  * Kernels.dotExact(deltas[l], i * out, deltas[l], j * out, out);
        }
        k[i * n + j] = product;
        k[j * n + i] = product;
      }
    }
    return new GradientGram(n, k);
  }

  /** g_i·g_j. */
  public double product(int i, int j) {
    return products[i * n + j];
  }

  /** (g_i − G)·(g_j − G): both means subtracted, the mean of all added back. */
  public double centredProduct(int i, int j) {
    return products[i * n + j] - rowMeans[i] - rowMeans[j] + mean;
  }

  /** ‖G‖². */
  public double meanSqnorm() {
    return mean;
  }

  /** tr Σ. */
  public double trace() {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += centredProduct(i, i);
    }
    return sum / n;
  }

  /** tr Σ². */
  public double traceOfSquare() {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double centred = centredProduct(i, j);
        sum += centred * centred;
      }
    }
    return sum / n / n;
  }
}
