package io.thermograd.detect.basin;

/**
 * The mean loss over cells: in each the least-squares quadratic of the losses of the points nearest
 * to its microstate, and the standard error of its value there. O(cells·points).
 */
final class Surface {
  private final Cells cells;
  private final double[] loss;
  private final int d;
  private final int n;
  private final double[] u;
  private final double[] error;
  private final double[] widths;
  private final double[] surfaces;

  /**
   * @param loss at every point
   * @param neighbours that a quadratic is fitted to
   */
  Surface(Cells cells, double[] loss, int neighbours) {
    this.cells = cells;
    this.loss = loss;
    d = cells.d;
    n = cells.n;
    int p = Chart.terms(d);
    u = new double[cells.count()];
    error = new double[cells.count()];
    widths = new double[cells.count()];
    surfaces = new double[cells.count() * p];
    double[] scatter = new double[cells.count()];
    Nearest nearest = new Nearest(cells, neighbours);
    double[] f = new double[p];
    Solver solver = new Solver(p);
    for (int c = 0; c < cells.count(); c++) {
      int taken = nearest.of(c);
      widths[c] = nearest.width();
      scatter[c] = fit(c, nearest.points(), taken, f, solver) / Math.max(1, taken - p);
      error[c] = Math.min(1, solver.firstVariance());
    }
    // Few residuals may happen to be small; noise is much the same everywhere.
    double usual = Selection.smallest(scatter.clone(), cells.count(), (cells.count() + 1) / 2);
    double together = persistence();
    for (int c = 0; c < cells.count(); c++) {
      error[c] = Math.sqrt(together * Math.max(scatter[c], usual) * error[c]);
    }
  }

  /** Fits a cell's quadratic to its neighbours; the sum of the squares that are left. */
  private double fit(int cell, int[] points, int count, double[] f, Solver solver) {
    double base = loss[cells.centre(cell)];
    solver.clear();
    for (int k = 0; k < count; k++) {
      features(points[k], cells.centre(cell), widths[cell], f);
      solver.add(f, loss[points[k]] - base, 1);
    }
    double[] b = solver.solve();
    u[cell] = base + b[0];
    System.arraycopy(b, 0, surfaces, cell * f.length, f.length);
    surfaces[cell * f.length] = u[cell];
    return solver.residual();
  }

  /** U at the microstates. */
  double[] values() {
    return u;
  }

  double value(int cell) {
    return u[cell];
  }

  /** Its standard error. */
  double error(int cell) {
    return error[cell];
  }

  /** Of every quadratic's neighbourhood. */
  double[] widths() {
    return widths;
  }

  /** Coefficients, cell by cell. */
  double[] coefficients() {
    return surfaces;
  }

  private void features(int q, int centre, double width, double[] f) {
    f[0] = 1;
    int k = 1 + d;
    for (int i = 0; i < d; i++) {
      double zi = (cells.y[q * d + i] - cells.y[centre * d + i]) / width;
      f[1 + i] = zi;
      for (int j = i; j < d; j++) {
        f[k++] = zi * (cells.y[q * d + j] - cells.y[centre * d + j]) / width;
      }
    }
  }

  /** U at a place, by the quadratic of a cell. */
  double level(int cell, double[] at, int from) {
    int p = Chart.terms(d);
    int k = cell * p + 1 + d;
    double sum = u[cell];
    for (int i = 0; i < d; i++) {
      double zi = (at[from + i] - cells.y[cells.centre(cell) * d + i]) / widths[cell];
      sum += surfaces[cell * p + 1 + i] * zi;
      for (int j = i; j < d; j++) {
        sum +=
            surfaces[k++]
                * zi
                * (at[from + j] - cells.y[cells.centre(cell) * d + j])
                / widths[cell];
      }
    }
    return sum;
  }

  /**
   * How many points in a row tell what one would: 1 + 2Σρ of the residuals, up to where pairs of
   * autocorrelations turn negative (Geyer). What is not among the slow coordinates takes its time.
   */
  private double persistence() {
    double[] r = new double[n];
    double mean = 0;
    for (int p = 0; p < n; p++) {
      r[p] = loss[p] - level(cells.of(p), cells.y, p * d);
      mean += r[p] / n;
    }
    double variance = 0;
    for (int p = 0; p < n; p++) {
      r[p] -= mean;
      variance += r[p] * r[p];
    }
    double sum = -1;
    for (int lag = 0; lag + 1 < n / 4; lag += 2) {
      double pair = 0;
      for (int p = 0; p + lag < n; p++) {
        pair += r[p] * (r[p + lag] + (p + lag + 1 < n ? r[p + lag + 1] : 0));
      }
      if (!(pair > 0)) {
        break;
      }
      sum += 2 * pair / variance;
    }
    return Math.max(1, sum);
  }
}
