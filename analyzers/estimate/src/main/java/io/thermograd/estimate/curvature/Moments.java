package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Blocks of an {@link Instrument}'s sums, forgotten exponentially, in {@value #GROUPS} groups that
 * take turns: estimates without one group at a time tell the bias and the error of the estimate
 * with all of them. One owner thread.
 */
final class Moments {
  static final int GROUPS = 8;

  private final int r;
  private final double decay;
  private final double[][] a;
  private final double[][] n;
  private final double[] traceA = new double[GROUPS];
  private final double[] traceN = new double[GROUPS];
  private final double[] weight = new double[GROUPS];
  private final double[] c;
  private final double[] f;
  private double squaredWeight;

  /**
   * @param blocks after which a block weighs half
   */
  Moments(int r, double blocks) {
    this.r = r;
    this.decay = HalfLife.decay(blocks);
    this.a = new double[GROUPS][r * r];
    this.n = new double[GROUPS][r * r];
    this.c = new double[r * r];
    this.f = new double[r * r];
  }

  /** Adds a block's sums to a group. */
  void add(Instrument block, int group) {
    for (int i = 0; i < GROUPS; i++) {
      scale(a[i]);
      scale(n[i]);
      traceA[i] *= decay;
      traceN[i] *= decay;
      weight[i] *= decay;
    }
    scale(c);
    scale(f);
    squaredWeight *= decay * decay;
    sum(a[group], block.sum(Instrument.A));
    sum(n[group], block.sum(Instrument.N));
    sum(c, block.sum(Instrument.C));
    sum(f, block.sum(Instrument.F));
    traceA[group] += block.traceA();
    traceN[group] += block.traceN();
    weight[group] += block.count();
    squaredWeight += block.count();
  }

  private void scale(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= decay;
    }
  }

  private static void sum(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }

  /** Goes along to new directions: M ← RMRᵀ. */
  void rotate(double[][] rotation) {
    double[] scratch = new double[r * r];
    for (int g = 0; g < GROUPS; g++) {
      rotate(a[g], rotation, scratch);
      rotate(n[g], rotation, scratch);
    }
    rotate(c, rotation, scratch);
    rotate(f, rotation, scratch);
  }

  private void rotate(double[] m, double[][] rotation, double[] scratch) {
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) {
        double sum = 0;
        for (int l = 0; l < r; l++) {
          sum += rotation[i][l] * m[l * r + j];
        }
        scratch[i * r + j] = sum;
      }
    }
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) {
        double sum = 0;
        for (int l = 0; l < r; l++) {
          sum += scratch[i * r + l] * rotation[j][l];
        }
        m[i * r + j] = sum;
      }
    }
  }

  int rank() {
    return r;
  }

  /** Steps in the sums, as they weigh now. */
  double weight() {
    double sum = 0;
    for (double w : weight) {
      sum += w;
    }
    return sum;
  }

  /** Equally weighted steps with the same error. */
  double effectiveCount() {
    double w = weight();
    return squaredWeight > 0 ? w * w / squaredWeight : 0;
  }

  /** Whether each group has something. */
  boolean ready() {
    for (double w : weight) {
      if (!(w > 0)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Means without one group, or with all for a group of −1.
   *
   * @param matrix {@link Instrument#A} or {@link Instrument#N}, into {@code out}
   * @return the whole sketch's trace
   */
  double mean(int matrix, int without, double[] out) {
    double[][] from = matrix == Instrument.A ? a : n;
    double[] traces = matrix == Instrument.A ? traceA : traceN;
    Arrays.fill(out, 0);
    double trace = 0;
    double w = 0;
    for (int g = 0; g < GROUPS; g++) {
      if (g != without) {
        sum(out, from[g]);
        trace += traces[g];
        w += weight[g];
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] /= w;
    }
    return trace / w;
  }

  /** EW(θ̃θ̃ᵀ)_ij. */
  double instrument(int i, int j) {
    return c[i * r + j] / weight();
  }

  /** EW(ggᵀ)_ii, the noise of the gradient and little else. */
  double gradient(int i) {
    return f[i * r + i] / weight();
  }

  void writeTo(DataOutput out) throws IOException {
    for (double[] x : arrays()) {
      StateArrays.write(out, x);
    }
    for (int g = 0; g < GROUPS; g++) {
      StateArrays.write(out, a[g]);
      StateArrays.write(out, n[g]);
    }
    out.writeDouble(squaredWeight);
  }

  void readFrom(DataInput in) throws IOException {
    for (double[] x : arrays()) {
      StateArrays.read(in, x);
    }
    for (int g = 0; g < GROUPS; g++) {
      StateArrays.read(in, a[g]);
      StateArrays.read(in, n[g]);
    }
    squaredWeight = in.readDouble();
  }

  private double[][] arrays() {
    return new double[][] {traceA, traceN, weight, c, f};
  }
}
