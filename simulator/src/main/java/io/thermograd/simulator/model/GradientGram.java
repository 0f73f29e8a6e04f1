package io.thermograd.simulator.model;

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

  /** The matrix of the evaluator's network and data at θ. */
  public static GradientGram at(Evaluator evaluator, float[] theta) {
    return at(Curvature.at(evaluator.mlp(), evaluator.data(), theta).linearisation());
  }

  static GradientGram at(Linearisation at) {
    int n = at.count;
    double[] k = new double[Math.multiplyExact(n, n)];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double product = 0;
        for (int l = 1; l <= at.layers.size(); l++) {
          Layer layer = at.layers.get(l - 1);
          int in = layer.inputs();
          int out = layer.outputs();
          double[] x = at.outputs[l - 1];
          double[] delta = at.deltas[l];
          product +=
              ((layer.biases() ? 1 : 0) + Kernels.dot(x, i * in, x, j * in, in))
                  * Kernels.dot(delta, i * out, delta, j * out, out);
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

  /** K/n, whose non-zero eigenvalues are those of Σ. */
  double[][] covariance() {
    double[][] matrix = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        matrix[i][j] = centredProduct(i, j) / n;
      }
    }
    return matrix;
  }
}
