package io.thermograd.theory;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Momentum on a quadratic as a linear recursion z ← A(κ)z + bξ of z = (θ, v) in every
 * eigendirection of the Hessian, ξ being the gradient's noise. Every update adds v to θ up to what
 * the rule says.
 */
final class MomentumRecursion {
  private final double learningRate;
  private final double momentum;
  private final boolean nesterov;

  private MomentumRecursion(double learningRate, double momentum, boolean nesterov) {
    this.learningRate = Checks.positive("learning rate", learningRate);
    this.momentum = Checks.momentum(momentum);
    this.nesterov = nesterov;
  }

  static MomentumRecursion heavyBall(double learningRate, double momentum) {
    return new MomentumRecursion(learningRate, momentum, false);
  }

  static MomentumRecursion nesterov(double learningRate, double momentum) {
    return new MomentumRecursion(learningRate, momentum, true);
  }

  /** Blocks Cov(θ,θ), Cov(θ,v), Cov(v,v) in the original basis. */
  Blocks stationary(SymmetricEigen hessian, double[][] noise) {
    Blocks blocks = inEigenbasis(hessian, noise);
    return new Blocks(
        hessian.fromBasis(blocks.position),
        hessian.fromBasis(blocks.cross),
        hessian.fromBasis(blocks.velocity));
  }

  /** Cov(θ_{t+lag}, θ_t): A^lag applied to the stationary covariance. */
  double[][] lagged(SymmetricEigen hessian, double[][] noise, int lag) {
    Blocks s = inEigenbasis(hessian, noise);
    int n = hessian.size();
    double[][] lagged = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] a = matrix(hessian.value(i));
      double position = 1;
      double velocity = 0;
      // (position, velocity) = e₁ᵀA^k.
      for (int k = 0; k < lag; k++) {
        double next = position * a[0] + velocity * a[2];
        velocity = position * a[1] + velocity * a[3];
        position = next;
      }
      for (int j = 0; j < n; j++) {
        lagged[i][j] = position * s.position[i][j] + velocity * s.cross[j][i];
      }
    }
    return hessian.fromBasis(lagged);
  }

  private Blocks inEigenbasis(SymmetricEigen hessian, double[][] noise) {
    double largest = hessian.largest();
    StabilityLimit.requireStable(
        nesterov
            ? StabilityLimit.nesterov(learningRate, momentum, largest)
            : StabilityLimit.heavyBall(learningRate, momentum, largest));
    double[][] q = hessian.toBasis(noise);
    int n = hessian.size();
    Blocks blocks = new Blocks(new double[n][n], new double[n][n], new double[n][n]);
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double[] s = pair(matrix(hessian.value(i)), matrix(hessian.value(j)), q[i][j]);
        blocks.position[i][j] = s[0];
        blocks.position[j][i] = s[0];
        blocks.cross[i][j] = s[1];
        blocks.cross[j][i] = s[2];
        blocks.velocity[i][j] = s[3];
        blocks.velocity[j][i] = s[3];
      }
    }
    return blocks;
  }

  /** A(κ), row by row. */
  private double[] matrix(double curvature) {
    double step = learningRate * curvature;
    return nesterov
        ? new double[] {1 - step * (1 + momentum), momentum * momentum, -step, momentum}
        : new double[] {1 - step, momentum, -step, momentum};
  }

  /** S = A_i S A_jᵀ + q·bbᵀ as four linear equations. */
  private double[] pair(double[] ai, double[] aj, double q) {
    DMatrixRMaj equations = new DMatrixRMaj(4, 4);
    DMatrixRMaj right = new DMatrixRMaj(4, 1);
    double[] b = {-learningRate * (nesterov ? 1 + momentum : 1), -learningRate};
    for (int r = 0; r < 2; r++) {
      for (int c = 0; c < 2; c++) {
        int row = 2 * r + c;
        right.set(row, 0, q * b[r] * b[c]);
        for (int k = 0; k < 2; k++) {
          for (int l = 0; l < 2; l++) {
            int column = 2 * k + l;
            equations.set(row, column, (row == column ? 1 : 0) - ai[2 * r + k] * aj[2 * c + l]);
          }
        }
      }
    }
    DMatrixRMaj solution = new DMatrixRMaj(4, 1);
    if (!CommonOps_DDRM.solve(equations, right, solution)) {
      throw new ArithmeticException("the stationary equations were singular");
    }
    return solution.data;
  }

  /**
   * @param cross [i][j] = Cov(θ_i, v_j)
   */
  @SuppressWarnings("ArrayRecordComponent") // passes results within the package
  record Blocks(double[][] position, double[][] cross, double[][] velocity) {

    /** The 2P × 2P covariance of (θ, v). */
    double[][] full() {
      int n = position.length;
      double[][] full = new double[2 * n][2 * n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          full[i][j] = position[i][j];
          full[i][n + j] = cross[i][j];
          full[n + j][i] = cross[i][j];
          full[n + i][n + j] = velocity[i][j];
        }
      }
      return full;
    }
  }
}
