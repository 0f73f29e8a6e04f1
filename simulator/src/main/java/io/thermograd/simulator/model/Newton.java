package io.thermograd.simulator.model;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.ejml.dense.row.linsol.chol.LinearSolverChol_DDRM;

/** See {@link LinearModel#optimum}. */
final class Newton {
  private static final int STEPS = 100;
  private static final double TOLERANCE = 1e-12;

  // Rounding leaves about d·10⁻¹⁶ of a collinear feature.
  private static final double SINGULAR = 1e-14;

  private Newton() {}

  static double[] minimise(LinearModel model) {
    int d = model.parameterCount();
    double[] theta = new double[d];
    double[] gradient = new double[d];
    double loss = model.gradient(theta, gradient);
    double tolerance = TOLERANCE * Math.sqrt(2 * loss);
    for (int iteration = 0; iteration < STEPS; iteration++) {
      double[] step = step(model, theta, gradient);
      double decrement = 0;
      for (int j = 0; j < d; j++) {
        decrement += step[j] * gradient[j];
      }
      double[] next = moved(theta, step, 1);
      // Near the minimum the losses differ by less than their rounding: only far from it is there
      // something to compare.
      if (decrement > 1e-10 * loss) {
        double share = 1;
        while (!(model.loss(next) <= loss - 0.25 * share * decrement) && share > 1e-10) {
          share /= 2;
          next = moved(theta, step, share);
        }
      }
      theta = next;
      if (Math.sqrt(Math.max(0, decrement)) <= tolerance && isSmall(model, step, theta)) {
        return theta;
      }
      loss = model.gradient(theta, gradient);
    }
    throw new IllegalStateException(
        "no minimum within %d Newton steps: are the classes separable? A penalty would make one"
            .formatted(STEPS));
  }

  private static double[] step(LinearModel model, double[] theta, double[] gradient) {
    int d = theta.length;
    // Scaled to a unit diagonal, a squared pivot of the Cholesky factor is the share of a feature
    // that the features before it do not explain.
    DMatrixRMaj scaled = new DMatrixRMaj(model.hessian(theta));
    double[] scale = new double[d];
    for (int j = 0; j < d; j++) {
      scale[j] = 1 / Math.sqrt(scaled.get(j, j));
    }
    CommonOps_DDRM.multRows(scale, scaled);
    CommonOps_DDRM.multCols(scaled, scale);
    LinearSolverChol_DDRM solver =
        new LinearSolverChol_DDRM(new CholeskyDecompositionInner_DDRM(true));
    if (!solver.setA(scaled) || smallestPivot(solver.getDecomposition().getT(null)) < SINGULAR) {
      throw new IllegalStateException(
          "no isolated minimum: the Hessian is singular (collinear features or separable classes)."
              + " A penalty would make one");
    }
    double[] step = new double[d];
    for (int j = 0; j < d; j++) {
      step[j] = scale[j] * gradient[j];
    }
    DMatrixRMaj solution = DMatrixRMaj.wrap(d, 1, step);
    solver.solve(solution, solution);
    for (int j = 0; j < d; j++) {
      step[j] *= scale[j];
    }
    return step;
  }

  private static double smallestPivot(DMatrixRMaj factor) {
    double smallest = 1;
    for (int j = 0; j < factor.numRows; j++) {
      smallest = Math.min(smallest, factor.get(j, j) * factor.get(j, j));
    }
    return smallest;
  }

  /**
   * Whether a step hardly moves the scores. Towards a minimum at infinity (separable classes) the
   * decrement vanishes like the loss, but every step still moves the scores by about 1.
   */
  private static boolean isSmall(LinearModel model, double[] step, double[] theta) {
    int n = model.examples();
    double moves = 0;
    double scores = 0;
    for (int i = 0; i < n; i++) {
      double move = model.score(i, step);
      double z = model.score(i, theta);
      moves += move * move;
      scores += z * z;
    }
    return moves <= 1e-12 * (n + scores);
  }

  private static double[] moved(double[] theta, double[] step, double share) {
    double[] next = new double[theta.length];
    for (int j = 0; j < next.length; j++) {
      next[j] = theta[j] - share * step[j];
    }
    return next;
  }
}
