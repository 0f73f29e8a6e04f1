package io.thermograd.simulator.model;

import java.util.Arrays;

/**
 * Σ·v without Σ: with w_e = g_e·v, Σv = (1/n) Σ_e (w_e − w̄) g_e, and w_e comes layer by layer from
 * the factors of g_e. Costs two gradients. Not thread-safe: it owns its work space.
 */
final class NoiseProduct implements SymmetricOperator {
  private final Linearisation at;
  private final double[] weights;
  private final double[] sums;

  NoiseProduct(Linearisation at) {
    this.at = at;
    this.weights = new double[at.count];
    this.sums =
        new double[at.mlp.widths().stream().mapToInt(Integer::intValue).max().orElseThrow()];
  }

  @Override
  public int dim() {
    return at.theta.length;
  }

  @Override
  public void apply(double[] v, double[] result) {
    double mean = 0;
    for (int e = 0; e < at.count; e++) {
      weights[e] = along(v, e);
      mean += weights[e] / at.count;
    }
    Arrays.fill(result, 0);
    for (int e = 0; e < at.count; e++) {
      at.addGradient(e, (weights[e] - mean) / at.count, result);
    }
  }

  /** g_e·v. */
  private double along(double[] v, int e) {
    double total = 0;
    for (int l = 1; l <= at.layers.size(); l++) {
      Layer layer = at.layers.get(l - 1);
      int in = layer.inputs();
      int out = layer.outputs();
      if (layer.biases()) {
        System.arraycopy(v, layer.biasOffset(), sums, 0, out);
      } else {
        Arrays.fill(sums, 0, out, 0);
      }
      for (int i = 0; i < in; i++) {
        double xi = at.outputs[l - 1][e * in + i];
        if (xi != 0) {
          Kernels.axpy(xi, v, layer.row(i), sums, 0, out);
        }
      }
      total += Kernels.dot(sums, 0, at.deltas[l], e * out, out);
    }
    return total;
  }
}
