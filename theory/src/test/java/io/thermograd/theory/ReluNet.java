package io.thermograd.theory;

import java.util.Random;

/** A ReLU network without biases on one example, with cross-entropy: gradient and Hessian. */
final class ReluNet {
  private static final double STEP = 1e-5;

  private final int[] widths;
  private final double[] theta;
  private final double[] input;
  private final int label;

  ReluNet(int[] widths, double[] theta, double[] input, int label) {
    this.widths = widths;
    this.theta = theta;
    this.input = input;
    this.label = label;
  }

  static ReluNet random(Random random, int[] widths, double scale) {
    int parameters = 0;
    for (int l = 1; l < widths.length; l++) {
      parameters += widths[l - 1] * widths[l];
    }
    double[] theta = random.doubles(parameters, -scale, scale).toArray();
    double[] input = random.doubles(widths[0], 0.1, 2).toArray();
    return new ReluNet(widths, theta, input, random.nextInt(widths[widths.length - 1]));
  }

  double inputNorm() {
    double sum = 0;
    for (double x : input) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }

  /** Spectral norms, from the eigenvalues of WWᵀ. */
  double[] layerNorms() {
    double[] norms = new double[widths.length - 1];
    int at = 0;
    for (int l = 0; l < norms.length; l++) {
      int in = widths[l];
      int out = widths[l + 1];
      double[][] square = new double[out][out];
      for (int i = 0; i < out; i++) {
        for (int j = 0; j < out; j++) {
          for (int k = 0; k < in; k++) {
            square[i][j] += theta[at + i * in + k] * theta[at + j * in + k];
          }
        }
      }
      norms[l] = Math.sqrt(Math.max(0, SymmetricEigen.of("square", square).largest()));
      at += in * out;
    }
    return norms;
  }

  /** ‖∇²ℓ‖₂ by central differences; kinks within a step of θ make it larger, never smaller. */
  double hessianNorm() {
    int p = theta.length;
    double[][] h = new double[p][];
    for (int i = 0; i < p; i++) {
      double kept = theta[i];
      theta[i] = kept + STEP;
      double[] up = gradient();
      theta[i] = kept - STEP;
      double[] down = gradient();
      theta[i] = kept;
      h[i] = up;
      for (int j = 0; j < p; j++) {
        h[i][j] = (up[j] - down[j]) / (2 * STEP);
      }
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j < i; j++) {
        double mean = (h[i][j] + h[j][i]) / 2;
        h[i][j] = mean;
        h[j][i] = mean;
      }
    }
    SymmetricEigen eigen = SymmetricEigen.of("Hessian", h);
    return Math.max(eigen.largest(), -eigen.value(0));
  }

  private double[] gradient() {
    int layers = widths.length - 1;
    double[][] outputs = new double[layers + 1][];
    outputs[0] = input;
    int[] offsets = new int[layers];
    int at = 0;
    for (int l = 0; l < layers; l++) {
      offsets[l] = at;
      outputs[l + 1] = new double[widths[l + 1]];
      for (int i = 0; i < widths[l + 1]; i++) {
        for (int k = 0; k < widths[l]; k++) {
          outputs[l + 1][i] += theta[at + i * widths[l] + k] * outputs[l][k];
        }
        if (l < layers - 1) {
          outputs[l + 1][i] = Math.max(0, outputs[l + 1][i]);
        }
      }
      at += widths[l] * widths[l + 1];
    }
    double[] delta = softmax(outputs[layers]);
    delta[label] -= 1;
    double[] gradient = new double[theta.length];
    for (int l = layers - 1; l >= 0; l--) {
      double[] below = new double[widths[l]];
      for (int i = 0; i < widths[l + 1]; i++) {
        for (int k = 0; k < widths[l]; k++) {
          int w = offsets[l] + i * widths[l] + k;
          gradient[w] = delta[i] * outputs[l][k];
          below[k] += delta[i] * theta[w];
        }
      }
      for (int k = 0; k < widths[l]; k++) {
        below[k] = outputs[l][k] > 0 ? below[k] : 0;
      }
      delta = below;
    }
    return gradient;
  }

  private static double[] softmax(double[] z) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : z) {
      max = Math.max(max, v);
    }
    double sum = 0;
    double[] p = new double[z.length];
    for (int k = 0; k < z.length; k++) {
      p[k] = Math.exp(z[k] - max);
      sum += p[k];
    }
    for (int k = 0; k < z.length; k++) {
      p[k] /= sum;
    }
    return p;
  }
}
