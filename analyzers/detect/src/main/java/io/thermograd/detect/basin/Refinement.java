package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;

/**
 * Minima and passes of the mean loss between its microstates, by Newton's steps on least-squares
 * polynomials of the points around where the last one led. A quadratic of so many points as noise
 * asks for may be wider than the pass that it lies over, and then puts it too low, and the core
 * that ends at half its height; so cubics and quartics are tried as well, and what has the least
 * standard error is taken, misfit counted as noise. O(points) a step.
 */
final class Refinement {
  private static final int ROUNDS = 8;

  /** Orders of the polynomials. */
  private static final int LEAST_ORDER = 2;

  private static final int MOST_ORDER = 4;

  /** Of the distance of the farthest point, squared: the fit is one around its own vertex. */
  private static final double NEAR = 0.01;

  /** Curvatures that are flat beside the largest. */
  private static final double FLAT = 1e-3;

  /** Widths of a fit within which a microstate has its minimum or its pass. */
  private static final double REACH = 2;

  private final Cells cells;
  private final int d;
  private final LocalFit[] fits;
  private final double[] z;
  private final double[] place;
  private final SymmetricEigen eigen;

  /**
   * @param neighbours that a quadratic is fitted to
   */
  Refinement(Cells cells, double[] loss, int neighbours) {
    this.cells = cells;
    d = cells.d;
    int most = LEAST_ORDER;
    while (most < MOST_ORDER && LocalFit.PER_TERM * LocalFit.terms(d, most + 1) <= cells.n) {
      most++;
    }
    fits = new LocalFit[most - LEAST_ORDER + 1];
    for (int f = 0; f < fits.length; f++) {
      fits[f] = new LocalFit(cells, loss, LEAST_ORDER + f, neighbours);
    }
    z = new double[d];
    place = new double[d];
    eigen = new SymmetricEigen(d, SpectrumKernel.best());
  }

  /**
   * Goes on from a microstate until a polynomial has its vertex in the midst of its points.
   *
   * @param cell where to begin
   * @param falls directions in which the loss falls: none at a minimum, one at a pass
   * @param at where the vertex is, behind it; the microstate if none is found
   * @param u of the microstate
   * @return U there
   */
  double find(int cell, int falls, double[] at, double u) {
    System.arraycopy(cells.y, cells.centre(cell) * d, at, 0, d);
    double best = u;
    double least = Double.POSITIVE_INFINITY;
    for (LocalFit fit : fits) {
      double value = follow(fit, cell, falls);
      if (!Double.isNaN(value) && fit.error() < least) {
        least = fit.error();
        best = value;
        System.arraycopy(place, 0, at, 0, d);
      }
    }
    // No place is below the minimum; but a pass may be above all microstates around it, since the
    // way from one to the next leads over what is between them.
    return falls == 0 ? Math.min(u, best) : best;
  }

  /** U at the vertex, which is then the place; NaN if none is found. */
  private double follow(LocalFit fit, int cell, int falls) {
    int start = cells.centre(cell) * d;
    System.arraycopy(cells.y, start, place, 0, d);
    double[] b = fit.coefficients();
    double limit = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      fit.around(place);
      limit = Math.min(limit, REACH * fit.width());
      if (!vertex(b, falls)) {
        return Double.NaN;
      }
      double reach = 0;
      double fall = 0;
      double far = 0;
      for (int i = 0; i < d; i++) {
        reach += z[i] * z[i];
        fall += 0.5 * z[i] * b[1 + i];
      }
      // Beyond its points a polynomial tells the direction only.
      double share = reach > 1 ? 1 / Math.sqrt(reach) : 1;
      for (int i = 0; i < d; i++) {
        place[i] -= share * z[i] * fit.width();
        double away = place[i] - cells.y[start + i];
        far += away * away;
      }
      if (far > limit * limit) {
        return Double.NaN;
      }
      if (reach < NEAR) {
        return b[0] - fall;
      }
    }
    return Double.NaN;
  }

  /** z = H⁻¹g, unless the loss falls in another number of directions, or is flat in one. */
  private boolean vertex(double[] b, int falls) {
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
}
