package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;

/**
 * Minima and passes of the mean loss between its microstates, by Newton's steps on least-squares
 * quadratics of the points around where the last one led. Microstates alone put a pass too high,
 * since every way leads over one of them, and a floor that few of them are near likewise; the core
 * of a basin would reach too far. O(points) a step.
 */
final class Refinement {
  private static final int ROUNDS = 8;

  /** Of the distance of the farthest point, squared: the quadratic is one around its own vertex. */
  private static final double NEAR = 0.01;

  /** Curvatures that are flat beside the largest. */
  private static final double FLAT = 1e-3;

  /** Widths of a quadratic within which a microstate has its minimum or its pass. */
  private static final double REACH = 2;

  private final Cells cells;
  private final double[] loss;
  private final int neighbours;
  private final int d;
  private final double[] squares;
  private final double[] sorted;
  private final double[] b;
  private final double[] z;
  private final Solver solver;
  private final SymmetricEigen eigen;

  /**
   * @param neighbours that a quadratic is fitted to
   */
  Refinement(Cells cells, double[] loss, int neighbours) {
    this.cells = cells;
    this.loss = loss;
    this.neighbours = neighbours;
    d = cells.d;
    squares = new double[cells.n];
    sorted = new double[cells.n];
    b = new double[Chart.terms(d)];
    z = new double[d];
    solver = new Solver(b.length);
    eigen = new SymmetricEigen(d, SpectrumKernel.best());
  }

  /**
   * Goes on from a microstate until a quadratic has its vertex in the midst of its points.
   *
   * @param cell where to begin
   * @param falls directions in which the loss falls: none at a minimum, one at a pass
   * @param at where the vertex is, behind it; the microstate if none is found
   * @param u of the microstate
   * @return U there
   */
  double find(int cell, int falls, double[] at, double u) {
    double[] place = at.clone();
    for (int i = 0; i < d; i++) {
      place[i] = cells.y[cells.centre(cell) * d + i];
      at[i] = place[i];
    }
    double limit = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      double width = fit(place);
      limit = Math.min(limit, REACH * width);
      if (!vertex(falls)) {
        return u;
      }
      double reach = 0;
      double fall = 0;
      double far = 0;
      for (int i = 0; i < d; i++) {
        reach += z[i] * z[i];
        fall += 0.5 * z[i] * b[1 + i];
      }
      // Beyond its points a quadratic tells the direction only.
      double share = reach > 1 ? 1 / Math.sqrt(reach) : 1;
      for (int i = 0; i < d; i++) {
        place[i] -= share * z[i] * width;
        double away = place[i] - at[i];
        far += away * away;
      }
      if (far > limit * limit) {
        return u;
      }
      if (reach < NEAR) {
        System.arraycopy(place, 0, at, 0, d);
        return Math.min(u, b[0] - fall);
      }
    }
    return u;
  }

  /** Fits the quadratic of the points nearest to a place; the distance of the farthest of them. */
  private double fit(double[] at) {
    for (int p = 0; p < cells.n; p++) {
      double sum = 0;
      for (int i = 0; i < d; i++) {
        double x = cells.y[p * d + i] - at[i];
        sum += x * x;
      }
      squares[p] = sum;
    }
    System.arraycopy(squares, 0, sorted, 0, cells.n);
    double limit = Selection.smallest(sorted, cells.n, neighbours);
    double width = Math.sqrt(Math.max(limit, Double.MIN_NORMAL));
    double[] f = new double[b.length];
    solver.clear();
    double base = Double.NaN;
    for (int p = 0; p < cells.n; p++) {
      if (squares[p] <= limit) {
        base = Double.isNaN(base) ? loss[p] : base;
        features(cells.y, p * d, at, width, f);
        solver.add(f, loss[p] - base, 1);
      }
    }
    System.arraycopy(solver.solve(), 0, b, 0, b.length);
    b[0] += base;
    return width;
  }

  /** z = H⁻¹g, unless the loss falls in another number of directions, or is flat in one. */
  private boolean vertex(int falls) {
    double[] h = new double[d * d];
    int k = 1 + d;
    double largest = 0;
    for (int i = 0; i < d; i++) {
      z[i] = 0;
      for (int j = i; j < d; j++) {
        h[j * d + i] = (i == j ? 2 : 1) * b[k++];
        largest = Math.max(largest, Math.abs(h[j * d + i]));
      }
    }
    if (!eigen.decompose(h, d, d)) {
      return false;
    }
    for (int m = 0; m < d; m++) {
      double curvature = eigen.value(m);
      if (curvature > 0 != m < d - falls || !(Math.abs(curvature) > FLAT * largest)) {
        return false;
      }
      double along = 0;
      for (int i = 0; i < d; i++) {
        along += eigen.vector(m, i) * b[1 + i];
      }
      for (int i = 0; i < d; i++) {
        z[i] += along / curvature * eigen.vector(m, i);
      }
    }
    return true;
  }

  /** 1, z, and the products z_i z_j, i ≤ j, of z = (y − at)/width. */
  static void features(double[] y, int from, double[] at, double width, double[] f) {
    int d = at.length;
    f[0] = 1;
    int k = 1 + d;
    for (int i = 0; i < d; i++) {
      double zi = (y[from + i] - at[i]) / width;
      f[1 + i] = zi;
      for (int j = i; j < d; j++) {
        f[k++] = zi * (y[from + j] - at[j]) / width;
      }
    }
  }
}
