package io.thermograd.simulator.model;

import java.util.Arrays;

/**
 * The product of a network's second derivatives with a vector, by a forward and a backward pass of
 * directional derivatives: writing R for d/dε at θ + εv,
 *
 * <pre>
 *   Rz  = Vᵀx + Wᵀ Rx + Rb          Rx = φ′ Rz
 *   Rδ  = (∂²ℓ/∂z²) Rz  at the outputs, below φ′(Vδ + W Rδ) + φ″(Wδ) Rz
 *   (Hv)_W = Rx δᵀ + x Rδᵀ
 * </pre>
 *
 * <p>The Gauss–Newton term keeps only the paths through ∂²ℓ/∂z²: Rδ below is φ′ W Rδ, and the
 * product x Rδᵀ.
 *
 * <p>Not thread-safe: it owns its work space.
 *
 * <p>Source: B. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6
 * (1994), doi:10.1162/neco.1994.6.1.147; N. Schraudolph, "Fast curvature matrix-vector products",
 * Neural Computation 14 (2002), doi:10.1162/08997660260028683.
 */
final class TangentPass {
  private static final int TILE = 32;

  private final Linearisation at;
  private final boolean gaussNewton;
  private final double[][] tangents; // Rx of layer l (the last one: Rz) for a tile
  private final double[][] sums; // Rz of hidden layer l
  private final double[][] deltas; // Rδ

  TangentPass(Linearisation at, boolean gaussNewton) {
    this.at = at;
    this.gaussNewton = gaussNewton;
    int depth = at.layers.size();
    this.tangents = new double[depth + 1][];
    this.sums = new double[depth + 1][];
    this.deltas = new double[depth + 1][];
    for (int l = 1; l <= depth; l++) {
      int size = TILE * at.mlp.widths().get(l);
      tangents[l] = new double[size];
      sums[l] = new double[size];
      deltas[l] = new double[size];
    }
  }

  /** Writes the mean over all examples. */
  void apply(double[] v, double[] result) {
    Arrays.fill(result, 0);
    for (int start = 0; start < at.count; start += TILE) {
      int tile = Math.min(TILE, at.count - start);
      for (int l = 1; l <= at.layers.size(); l++) {
        forward(l, v, start, tile);
      }
      for (int l = at.layers.size(); l >= 1; l--) {
        accumulate(l, start, tile, result);
        if (l > 1) {
          backward(l, v, start, tile);
        }
      }
    }
    for (int p = 0; p < result.length; p++) {
      result[p] /= at.count;
    }
  }

  private void forward(int l, double[] v, int start, int tile) {
    Layer layer = at.layers.get(l - 1);
    int in = layer.inputs();
    int out = layer.outputs();
    double[] x = at.outputs[l - 1];
    double[] rx = tangents[l - 1];
    boolean last = l == at.layers.size();
    double[] rz = last ? deltas[l] : sums[l];
    for (int e = 0; e < tile; e++) {
      if (layer.biases()) {
        System.arraycopy(v, layer.biasOffset(), rz, e * out, out);
      } else {
        Arrays.fill(rz, e * out, (e + 1) * out, 0);
      }
    }
    for (int i = 0; i < in; i++) {
      for (int e = 0; e < tile; e++) {
        double xi = x[(start + e) * in + i];
        if (xi != 0) {
          Kernels.axpy(xi, v, layer.row(i), rz, e * out, out);
        }
        if (l > 1 && rx[e * in + i] != 0) {
          Kernels.axpy(rx[e * in + i], at.theta, layer.row(i), rz, e * out, out);
        }
      }
    }
    if (last) {
      for (int e = 0; e < tile; e++) {
        at.mlp
            .loss()
            .curve(at.deltas[l], (start + e) * out, out, at.labels[start + e], rz, e * out);
      }
    } else {
      for (int u = 0; u < tile * out; u++) {
        tangents[l][u] = at.slopes[l][start * out + u] * rz[u];
      }
    }
  }

  private void accumulate(int l, int start, int tile, double[] result) {
    Layer layer = at.layers.get(l - 1);
    int in = layer.inputs();
    int out = layer.outputs();
    double[] x = at.outputs[l - 1];
    double[] rx = tangents[l - 1];
    boolean mixed = !gaussNewton && l > 1;
    for (int i = 0; i < in; i++) {
      for (int e = 0; e < tile; e++) {
        double xi = x[(start + e) * in + i];
        if (xi != 0) {
          Kernels.axpy(xi, deltas[l], e * out, result, layer.row(i), out);
        }
        if (mixed && rx[e * in + i] != 0) {
          Kernels.axpy(rx[e * in + i], at.deltas[l], (start + e) * out, result, layer.row(i), out);
        }
      }
    }
    for (int e = 0; layer.biases() && e < tile; e++) {
      Kernels.axpy(1, deltas[l], e * out, result, layer.biasOffset(), out);
    }
  }

  private void backward(int l, double[] v, int start, int tile) {
    Layer layer = at.layers.get(l - 1);
    int in = layer.inputs();
    int out = layer.outputs();
    for (int e = 0; e < tile; e++) {
      for (int i = 0; i < in; i++) {
        int unit = e * in + i;
        int global = (start + e) * in + i;
        double below = 0;
        double bent = 0;
        double slope = at.slopes[l - 1][global];
        if (slope != 0) {
          below = Kernels.dot(at.theta, layer.row(i), deltas[l], e * out, out);
          if (!gaussNewton) {
            below += Kernels.dot(v, layer.row(i), at.deltas[l], (start + e) * out, out);
            bent = at.bends[l - 1][global] * sums[l - 1][unit];
          }
        }
        deltas[l - 1][unit] = slope * below + bent;
      }
    }
  }
}
