package io.thermograd.detect.basin;

import java.util.Arrays;

/** Least squares with few parameters, from normal equations, in storage of its own. */
final class Solver {
  /** Pivots that rounding has eaten up belong to directions that the data do not know. */
  private static final double RANK = 1e-9;

  private final int p;
  private final double[] normal;
  private final double[] right;
  private final double[] factor;
  private final double[] scale;
  private final double[] solution;
  private double squares;

  Solver(int parameters) {
    p = parameters;
    normal = new double[p * p];
    right = new double[p];
    factor = new double[p * p];
    scale = new double[p];
    solution = new double[p];
  }

  void clear() {
    Arrays.fill(normal, 0);
    Arrays.fill(right, 0);
    squares = 0;
  }

  /** Adds an observation y of f·b. */
  void add(double[] f, double y, double w) {
    for (int i = 0; i < p; i++) {
      double wf = w * f[i];
      for (int j = 0; j <= i; j++) {
        normal[i * p + j] += wf * f[j];
      }
      right[i] += wf * y;
    }
    squares += w * y * y;
  }

  /** Solves; directions without data get no part in the solution. */
  double[] solve() {
    for (int i = 0; i < p; i++) {
      scale[i] = normal[i * p + i] > 0 ? 1 / Math.sqrt(normal[i * p + i]) : 0;
    }
    for (int i = 0; i < p; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = normal[i * p + j] * scale[i] * scale[j];
        for (int k = 0; k < j; k++) {
          sum -= factor[i * p + k] * factor[j * p + k];
        }
        if (i == j) {
          factor[i * p + i] = sum > RANK ? Math.sqrt(sum) : 0;
        } else {
          factor[i * p + j] = factor[j * p + j] > 0 ? sum / factor[j * p + j] : 0;
        }
      }
    }
    for (int i = 0; i < p; i++) {
      double sum = right[i] * scale[i];
      for (int k = 0; k < i; k++) {
        sum -= factor[i * p + k] * solution[k];
      }
      solution[i] = factor[i * p + i] > 0 ? sum / factor[i * p + i] : 0;
    }
    for (int i = p - 1; i >= 0; i--) {
      double sum = solution[i];
      for (int k = i + 1; k < p; k++) {
        sum -= factor[k * p + i] * solution[k];
      }
      solution[i] = factor[i * p + i] > 0 ? sum / factor[i * p + i] : 0;
    }
    for (int i = 0; i < p; i++) {
      solution[i] *= scale[i];
    }
    return solution;
  }

  /** Σw(y − f·b)² of the solution, no less than 0. */
  double residual() {
    double sum = squares;
    for (int i = 0; i < p; i++) {
      sum -= solution[i] * right[i];
    }
    return Math.max(sum, 0x1p-45 * squares);
  }

  /** Variance of the first parameter, in units of that of an observation; after solve(). */
  double firstVariance() {
    // e₀ = L z forward; the first element of (LLᵀ)⁻¹ is ‖z‖².
    double[] z = new double[p];
    double sum = 0;
    for (int i = 0; i < p; i++) {
      double x = i == 0 ? scale[0] : 0;
      for (int k = 0; k < i; k++) {
        x -= factor[i * p + k] * z[k];
      }
      z[i] = factor[i * p + i] > 0 ? x / factor[i * p + i] : 0;
      sum += z[i] * z[i];
    }
    return sum;
  }
}
