package io.thermograd.simulator.model;

/** What a network's outputs z cost when the class is y. */
public enum Loss {
  /** −log p_y with p = softmax(z). */
  CROSS_ENTROPY {
    @Override
    double evaluate(float[] z, int at, int classes, int label, float weight, float[] delta) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, z[at + k]);
      }
      double total = 0;
      for (int k = 0; k < classes; k++) {
        total += StrictMath.exp(z[at + k] - max);
      }
      for (int k = 0; k < classes; k++) {
        double p = StrictMath.exp(z[at + k] - max) / total;
        delta[at + k] = (float) (weight * (k == label ? p - 1 : p));
      }
      return max - z[at + label] + StrictMath.log(total);
    }

    @Override
    double evaluate(double[] z, int at, int classes, int label, double[] delta) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, z[at + k]);
      }
      double total = 0;
      for (int k = 0; k < classes; k++) {
        delta[at + k] = StrictMath.exp(z[at + k] - max);
        total += delta[at + k];
      }
      for (int k = 0; k < classes; k++) {
        delta[at + k] /= total;
      }
      delta[at + label] -= 1;
      return max - z[at + label] + StrictMath.log(total);
    }

    @Override
    void curve(double[] delta, int at, int classes, int label, double[] v, int vAt) {
      // ∇²ℓ = diag(p) − ppᵀ, and p = δ + e_label.
      double mean = v[vAt + label];
      for (int k = 0; k < classes; k++) {
        mean += delta[at + k] * v[vAt + k];
      }
      for (int k = 0; k < classes; k++) {
        double p = delta[at + k] + (k == label ? 1 : 0);
        v[vAt + k] = p * (v[vAt + k] - mean);
      }
    }
  },

  /** ½‖z − e_y‖². */
  SQUARED {
    @Override
    double evaluate(float[] z, int at, int classes, int label, float weight, float[] delta) {
      double squares = 0;
      for (int k = 0; k < classes; k++) {
        double residual = k == label ? z[at + k] - 1.0 : z[at + k];
        delta[at + k] = (float) (weight * residual);
        squares += residual * residual;
      }
      return 0.5 * squares;
    }

    @Override
    double evaluate(double[] z, int at, int classes, int label, double[] delta) {
      double squares = 0;
      for (int k = 0; k < classes; k++) {
        double residual = k == label ? z[at + k] - 1 : z[at + k];
        delta[at + k] = residual;
        squares += residual * residual;
      }
      return 0.5 * squares;
    }

    @Override
    void curve(double[] delta, int at, int classes, int label, double[] v, int vAt) {}
  };

  /** Returns ℓ of the outputs from {@code at} on and writes weight·∂ℓ/∂z to the same place. */
  abstract double evaluate(float[] z, int at, int classes, int label, float weight, float[] delta);

  /** The same in float64, with weight 1. */
  abstract double evaluate(double[] z, int at, int classes, int label, double[] delta);

  /**
   * Replaces v, from {@code vAt} on, by (∂²ℓ/∂z²)·v, given the δ = ∂ℓ/∂z that {@link #evaluate}
   * wrote.
   */
  abstract void curve(double[] delta, int at, int classes, int label, double[] v, int vAt);
}
