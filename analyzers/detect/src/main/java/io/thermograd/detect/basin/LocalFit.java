package io.thermograd.detect.basin;

/**
 * The least-squares polynomial of the losses of the points nearest to a place, in z = (y −
 * at)/width, the width being the distance of the farthest of them. Coefficients are those of 1, of
 * z, of z_i z_j, i ≤ j, row by row, and of the products of three and four coordinates likewise, up
 * to the order. O(points) a fit.
 */
final class LocalFit {
  /** Points for every coefficient. */
  static final int PER_TERM = 5;

  private final Cells cells;
  private final double[] loss;
  private final int order;
  private final int wanted;
  private final int d;
  private final double[] squares;
  private final double[] sorted;
  private final double[] features;
  private final double[] z;
  private final double[] b;
  private final Solver solver;
  private double width;
  private double error = Double.NaN;

  /**
   * @param order of the polynomial, 2 to 4
   * @param least points that it is fitted to; more where its coefficients ask for them
   */
  LocalFit(Cells cells, double[] loss, int order, int least) {
    this.cells = cells;
    this.loss = loss;
    this.order = order;
    d = cells.d;
    int p = terms(d, order);
    wanted = Math.min(cells.n, Math.max(least, PER_TERM * p));
    squares = new double[cells.n];
    sorted = new double[cells.n];
    features = new double[p];
    z = new double[d];
    b = new double[p];
    solver = new Solver(p);
  }

  /** Coefficients of a polynomial in d dimensions: (d + order) over d. */
  static int terms(int d, int order) {
    int terms = 1;
    for (int i = 1; i <= order; i++) {
      terms = terms * (d + i) / i;
    }
    return terms;
  }

  /** Fits the polynomial around a place. */
  void around(double[] at) {
    for (int p = 0; p < cells.n; p++) {
      double sum = 0;
      for (int i = 0; i < d; i++) {
        double x = cells.y[p * d + i] - at[i];
        sum += x * x;
      }
      squares[p] = sum;
    }
    System.arraycopy(squares, 0, sorted, 0, cells.n);
    double limit = Selection.smallest(sorted, cells.n, wanted);
    width = Math.sqrt(Math.max(limit, Double.MIN_NORMAL));
    solver.clear();
    double base = Double.NaN;
    int taken = 0;
    for (int p = 0; p < cells.n; p++) {
      if (squares[p] <= limit) {
        base = Double.isNaN(base) ? loss[p] : base;
        products(p * d, at);
        solver.add(features, loss[p] - base, 1);
        taken++;
      }
    }
    System.arraycopy(solver.solve(), 0, b, 0, b.length);
    error = Math.sqrt(solver.residual() / Math.max(1, taken - b.length) * solver.firstVariance());
    b[0] += base;
  }

  private void products(int from, double[] at) {
    for (int i = 0; i < d; i++) {
      z[i] = (cells.y[from + i] - at[i]) / width;
    }
    features[0] = 1;
    System.arraycopy(z, 0, features, 1, d);
    int k = 1 + d;
    for (int i = 0; i < d; i++) {
      for (int j = i; j < d; j++) {
        features[k++] = z[i] * z[j];
      }
    }
    for (int i = 0; i < d && order > 2; i++) {
      for (int j = i; j < d; j++) {
        for (int l = j; l < d; l++) {
          features[k++] = z[i] * z[j] * z[l];
        }
      }
    }
    for (int i = 0; i < d && order > 3; i++) {
      for (int j = i; j < d; j++) {
        for (int l = j; l < d; l++) {
          for (int m = l; m < d; m++) {
            features[k++] = z[i] * z[j] * z[l] * z[m];
          }
        }
      }
    }
  }

  /** Of the last fit, its own array. */
  double[] coefficients() {
    return b;
  }

  /** Distance of the farthest point of the last fit. */
  double width() {
    return width;
  }

  /** Standard error of the first coefficient, as the residuals have it: misfit counts as noise. */
  double error() {
    return error;
  }
}
