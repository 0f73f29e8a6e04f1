package io.thermograd.detect.basin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws the {@link Chart} of a trail. Microstates are points of the trail, each as far from those
 * before it as any; the mean loss around each is the least-squares quadratic of its neighbours'
 * losses, with the standard error of its value. Basins are the minima of that surface whose
 * prominence — the height of the lowest pass to a deeper one, above them — exceeds both {@code
 * significance} standard errors and a fraction of the temperature.
 *
 * <p>A quadratic bowl has one minimum however slowly it is walked through, so that a slow
 * coordinate cannot pass for two basins; densities, which only fill up as the run comes back, are
 * not used. O(cells·points) with at most 256 cells; nothing is kept.
 */
final class Survey {
  /** Points for a survey. */
  static final int FEWEST = 64;

  /** False minima that are admitted in a survey of nothing but noise. */
  private static final double FALSE_ALARMS = 0.01;

  /** Temperatures that it must rise: below, the stay is no longer than the relaxation. */
  private static final double LEAST_RISE = 0.2;

  /** Neighbours for every coefficient of a quadratic. */
  private static final int PER_TERM = 5;

  /** And as a share of all points. */
  private static final int SHARE = 48;

  private static final double CLOSE = 1e-9;

  private final Trail trail;
  private final double[][] directions;
  private final int[] points;
  private final int d;
  private final int n;
  private final double[] y;
  private final double[] loss;
  private final double[] scale;
  private int[] cells = new int[0];
  private int[] cellOf = new int[0];
  private double radius;
  private double[] u = new double[0];
  private double[] error = new double[0];
  private double[] widths = new double[0];
  private double[] surfaces = new double[0];

  /**
   * @param directions of the slow coordinates in those of the trail
   */
  Survey(Trail trail, double[][] directions) {
    this.trail = trail;
    this.directions = directions;
    d = directions.length;
    double[] all = new double[trail.size() * d];
    double[] losses = new double[trail.size()];
    points = new int[trail.size()];
    int kept = 0;
    for (int p = 0; p < trail.size(); p++) {
      if (Float.isFinite(trail.loss(p))) {
        points[kept] = p;
        losses[kept] = trail.loss(p);
        for (int i = 0; i < d; i++) {
          double sum = 0;
          for (int j = 0; j < trail.width(); j++) {
            sum += directions[i][j] * trail.at(p, j);
          }
          all[kept * d + i] = sum;
        }
        kept++;
      }
    }
    n = kept;
    y = Arrays.copyOf(all, n * d);
    loss = losses;
    scale = new double[d];
  }

  /**
   * The chart, or null where nothing can be told: too few points with a loss, or no motion.
   *
   * @param significance standard errors that a pass must rise above a minimum
   */
  @Nullable Chart chart(double significance) {
    if (n < FEWEST || !measure()) {
      return null;
    }
    if (cells.length == 0) {
      choose();
      fit();
    }
    return label(significance);
  }

  /**
   * Standard errors that a pass must rise above a minimum that was not known before: with m windows
   * of the quadratics' size there are m² pairs of a top and a bottom to choose from, and a normal
   * deviate is above z with probability e^{−z²/2} at most.
   */
  double significance() {
    double windows = Math.max(1, (double) n / neighbours());
    return Math.sqrt(2 * StrictMath.log(windows * windows / FALSE_ALARMS));
  }

  /** Points that a quadratic is fitted to. */
  int neighbours() {
    return Math.min(n, Math.max(PER_TERM * Chart.terms(d), n / SHARE));
  }

  /** Coordinates in units of their differences from point to point, the width of the noise. */
  private boolean measure() {
    if (scale[0] > 0) {
      return true;
    }
    for (int i = 0; i < d; i++) {
      double sum = 0;
      for (int p = 1; p < n; p++) {
        double step = y[p * d + i] - y[(p - 1) * d + i];
        sum += step * step;
      }
      scale[i] = Math.sqrt(sum / (n - 1));
      if (!(scale[i] > 0 && scale[i] < Double.MAX_VALUE)) {
        scale[0] = 0;
        return false;
      }
    }
    for (int p = 0; p < n; p++) {
      for (int i = 0; i < d; i++) {
        y[p * d + i] /= scale[i];
      }
    }
    return true;
  }

  private void choose() {
    int most = Math.min(Chart.MOST_CELLS, n / 4);
    int[] chosen = new int[most];
    cellOf = new int[n];
    double[] distance = new double[n];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int next = n - 1;
    int count = 0;
    while (count < most) {
      chosen[count] = next;
      double farthest = 0;
      int at = 0;
      for (int p = 0; p < n; p++) {
        double s = square(p, chosen[count]);
        if (s < distance[p]) {
          distance[p] = s;
          cellOf[p] = count;
        }
        if (distance[p] > farthest) {
          farthest = distance[p];
          at = p;
        }
      }
      count++;
      radius = Math.sqrt(farthest);
      next = at;
      if (radius < CLOSE) {
        break;
      }
    }
    cells = Arrays.copyOf(chosen, count);
  }

  private double square(int p, int q) {
    double sum = 0;
    for (int i = 0; i < d; i++) {
      double z = y[p * d + i] - y[q * d + i];
      sum += z * z;
    }
    return sum;
  }

  private void fit() {
    int p = Chart.terms(d);
    int neighbours = neighbours();
    u = new double[cells.length];
    error = new double[cells.length];
    widths = new double[cells.length];
    surfaces = new double[cells.length * p];
    double[] scatter = new double[cells.length];
    double[] squares = new double[n];
    double[] sorted = new double[n];
    double[] f = new double[p];
    Solver solver = new Solver(p);
    for (int c = 0; c < cells.length; c++) {
      double base = loss[cells[c]];
      for (int q = 0; q < n; q++) {
        squares[q] = square(q, cells[c]);
      }
      System.arraycopy(squares, 0, sorted, 0, n);
      double limit = Selection.smallest(sorted, n, neighbours);
      double width = Math.sqrt(Math.max(limit, CLOSE * CLOSE));
      solver.clear();
      int taken = 0;
      for (int q = 0; q < n; q++) {
        if (squares[q] <= limit) {
          features(q, cells[c], width, f);
          solver.add(f, loss[q] - base, 1);
          taken++;
        }
      }
      double[] b = solver.solve();
      u[c] = base + b[0];
      System.arraycopy(b, 0, surfaces, c * p, p);
      surfaces[c * p] = u[c];
      widths[c] = width;
      scatter[c] = solver.residual() / Math.max(1, taken - p);
      error[c] = Math.min(1, solver.firstVariance());
    }
    // Few residuals may happen to be small; noise is much the same everywhere.
    double usual = Selection.smallest(scatter.clone(), cells.length, (cells.length + 1) / 2);
    double together = persistence();
    for (int c = 0; c < cells.length; c++) {
      error[c] = Math.sqrt(together * Math.max(scatter[c], usual) * error[c]);
    }
  }

  private void features(int q, int centre, double width, double[] f) {
    f[0] = 1;
    int k = 1 + d;
    for (int i = 0; i < d; i++) {
      double zi = (y[q * d + i] - y[centre * d + i]) / width;
      f[1 + i] = zi;
      for (int j = i; j < d; j++) {
        f[k++] = zi * (y[q * d + j] - y[centre * d + j]) / width;
      }
    }
  }

  private Chart label(double significance) {
    Watershed shed = new Watershed(u, gabriel(), new Prominence(significance));
    byte[] labels = shed.labels();
    int k = shed.count();
    double[] floors = new double[k];
    double[][] bottoms = new double[k][];
    for (int b = 0; b < k; b++) {
      bottoms[b] = new double[d];
      floors[b] = bottom(shed.minimum(b), bottoms[b]);
    }
    double[] centres = new double[cells.length * d];
    for (int c = 0; c < cells.length; c++) {
      System.arraycopy(y, cells[c] * d, centres, c * d, d);
    }
    return new Chart(
        directions,
        scale.clone(),
        radius,
        centres,
        widths,
        surfaces,
        labels,
        floors,
        shed.passes(),
        bottoms);
  }

  /** The place of every point of the trail on a chart that this survey drew; 0 without a loss. */
  int[] places(Chart chart) {
    int[] places = new int[trail.size()];
    double[] at = new double[d];
    for (int p = 0; p < n; p++) {
      for (int i = 0; i < d; i++) {
        at[i] = y[p * d + i] * scale[i];
      }
      places[points[p]] = chart.place(cellOf[p], at);
    }
    return places;
  }

  /** A height that exceeds its error and a share of the temperature. */
  private final class Prominence implements Watershed.Ridge {
    private static final int PARTS = 16;

    private final double significance;
    private final double least = LEAST_RISE * warmth();

    Prominence(double significance) {
      this.significance = significance;
    }

    private boolean high(double height, double top, double bottom) {
      return height > least && height > significance * Math.sqrt(top * top + bottom * bottom);
    }

    @Override
    public boolean between(int top, int minimum) {
      return high(u[top] - u[minimum], error[top], error[minimum]);
    }

    @Override
    public boolean across(int minimum, int other) {
      double[] at = new double[d];
      for (int part = 1; part < PARTS; part++) {
        double share = (double) part / PARTS;
        for (int i = 0; i < d; i++) {
          at[i] = (1 - share) * y[cells[minimum] * d + i] + share * y[cells[other] * d + i];
        }
        int cell = nearest(at);
        // Where the run has not been, a quadratic may rise to anything.
        if (apart(at, cell) <= radius * radius
            && high(level(cell, at, 0) - u[minimum], error[cell], error[minimum])) {
          return true;
        }
      }
      return false;
    }

    private int nearest(double[] at) {
      int best = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int c = 0; c < cells.length; c++) {
        double square = apart(at, c);
        if (square < least) {
          least = square;
          best = c;
        }
      }
      return best;
    }

    private double apart(double[] at, int cell) {
      double sum = 0;
      for (int i = 0; i < d; i++) {
        double z = at[i] - y[cells[cell] * d + i];
        sum += z * z;
      }
      return sum;
    }
  }

  /** U at a place, by the quadratic of a cell. */
  private double level(int cell, double[] at, int from) {
    int p = Chart.terms(d);
    int k = cell * p + 1 + d;
    double sum = u[cell];
    for (int i = 0; i < d; i++) {
      double zi = (at[from + i] - y[cells[cell] * d + i]) / widths[cell];
      sum += surfaces[cell * p + 1 + i] * zi;
      for (int j = i; j < d; j++) {
        sum += surfaces[k++] * zi * (at[from + j] - y[cells[cell] * d + j]) / widths[cell];
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
      r[p] = loss[p] - level(cellOf[p], y, p * d);
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

  /** Vertex of a cell's quadratic, if it has one in reach; returns its U. */
  private double bottom(int cell, double[] at) {
    int p = Chart.terms(d);
    Solver solver = new Solver(d);
    int k = cell * p + 1 + d;
    double[][] h = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = i; j < d; j++) {
        double x = surfaces[k++];
        h[i][j] += x;
        h[j][i] += x;
      }
    }
    double[] z = solver.positive(h, surfaces, cell * p + 1);
    double reach = 0;
    double fall = 0;
    for (int i = 0; i < d; i++) {
      reach += z[i] * z[i];
      fall += 0.5 * z[i] * surfaces[cell * p + 1 + i];
    }
    boolean near = reach <= 1 && fall > 0;
    for (int i = 0; i < d; i++) {
      double shift = near ? -z[i] * widths[cell] : 0;
      at[i] = (y[cells[cell] * d + i] + shift) * scale[i];
    }
    return near ? u[cell] - fall : u[cell];
  }

  /**
   * Pairs of cells with no other in the ball between them (Gabriel's graph): connected, whatever
   * the spacing of the cells.
   */
  private int[][] gabriel() {
    int m = cells.length;
    double[][] squares = new double[m][m];
    List<List<Integer>> near = new ArrayList<>();
    for (int a = 0; a < m; a++) {
      near.add(new ArrayList<>());
      for (int b = 0; b < a; b++) {
        squares[a][b] = square(cells[a], cells[b]);
        squares[b][a] = squares[a][b];
      }
    }
    for (int a = 0; a < m; a++) {
      for (int b = 0; b < a; b++) {
        int c = 0;
        while (c < m && (c == a || c == b || squares[a][c] + squares[c][b] >= squares[a][b])) {
          c++;
        }
        if (c == m) {
          near.get(a).add(b);
          near.get(b).add(a);
        }
      }
    }
    int[][] out = new int[m][];
    for (int a = 0; a < m; a++) {
      out[a] = near.get(a).stream().mapToInt(Integer::intValue).toArray();
    }
    return out;
  }

  /** The latest temperature that is known, or what equipartition makes of the loss's spread. */
  private double warmth() {
    double sum = 0;
    int known = 0;
    for (int p = 0; p < trail.size(); p++) {
      double t = trail.temperature(p).effective();
      if (t > 0) {
        sum += t;
        known++;
      }
    }
    return known > 0 ? sum / known : 0;
  }
}
