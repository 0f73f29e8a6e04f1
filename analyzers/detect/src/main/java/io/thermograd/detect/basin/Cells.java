package io.thermograd.detect.basin;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Points in a few coordinates, cut into cells around at most {@value Chart#MOST_CELLS} of them, the
 * microstates: each as far from those before it as any (Gonzalez), so that no point is farther than
 * the radius from one. O(cells·points).
 */
final class Cells {
  private static final double CLOSE = 1e-9;

  /** Distances are rounded: what is as far as that may be nearer. */
  private static final double ROUNDING = 1 + 1e-9;

  final int d;

  /** Points. */
  final int n;

  /** Coordinates, point by point. */
  final double[] y;

  /** The same, coordinate by coordinate: loops over points run through memory in order. */
  private final double[][] columns;

  private int[] cells = new int[0];
  private final int[] cellOf;
  private double radius;
  private double[][] apart = new double[0][];
  private int[] members = new int[0];
  private int[] starts = new int[0];
  private int @Nullable [][] near;

  Cells(double[] y, int d) {
    this.y = y;
    this.d = d;
    n = y.length / d;
    cellOf = new int[n];
    columns = new double[d][n];
    for (int p = 0; p < n; p++) {
      for (int i = 0; i < d; i++) {
        columns[i][p] = y[p * d + i];
      }
    }
    choose();
    gather();
  }

  int count() {
    return cells.length;
  }

  /** The point that is a cell's microstate. */
  int centre(int cell) {
    return cells[cell];
  }

  /** The cell of a point. */
  int of(int point) {
    return cellOf[point];
  }

  /** Of a cell. */
  double radius() {
    return radius;
  }

  private void choose() {
    int most = Math.min(Chart.MOST_CELLS, n / 4);
    int[] chosen = new int[most];
    double[] distance = new double[n];
    double[] squares = new double[n];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int next = n - 1;
    int count = 0;
    while (count < most) {
      chosen[count] = next;
      squares(next, squares);
      next = claim(count, squares, distance);
      radius = Math.sqrt(distance[next]);
      count++;
      if (radius < CLOSE) {
        break;
      }
    }
    cells = Arrays.copyOf(chosen, count);
  }

  /** Gives a new cell the points that are nearer to it; the point farthest from every cell. */
  private int claim(int cell, double[] squares, double[] distance) {
    double farthest = 0;
    int at = 0;
    for (int p = 0; p < n; p++) {
      double s = squares[p];
      if (s < distance[p]) {
        distance[p] = s;
        cellOf[p] = cell;
      }
      if (distance[p] > farthest) {
        farthest = distance[p];
        at = p;
      }
    }
    return at;
  }

  /** Distances of the microstates, and the points of every cell. */
  private void gather() {
    int m = cells.length;
    apart = new double[m][m];
    double[] at = new double[d];
    for (int a = 0; a < m; a++) {
      for (int i = 0; i < d; i++) {
        at[i] = y[cells[a] * d + i];
      }
      for (int b = 0; b < m; b++) {
        apart[a][b] = apart(at, b);
      }
    }
    starts = new int[m + 1];
    for (int p = 0; p < n; p++) {
      starts[cellOf[p] + 1]++;
    }
    for (int c = 0; c < m; c++) {
      starts[c + 1] += starts[c];
    }
    members = new int[n];
    int[] next = starts.clone();
    for (int p = 0; p < n; p++) {
      members[next[cellOf[p]]++] = p;
    }
  }

  /**
   * Points within a distance of a microstate, in no order: how many. Cells that are too far away
   * for any of their points are passed over.
   *
   * @param found points, length n
   * @param squares of their distances, length n
   */
  int within(int cell, double reach, int[] found, double[] squares) {
    double limit = reach * reach;
    double far = (reach + radius) * ROUNDING;
    double[] from = apart[cell];
    int centre = cells[cell];
    int count = 0;
    for (int c = 0; c < cells.length; c++) {
      if (from[c] > far * far) {
        continue;
      }
      for (int k = starts[c]; k < starts[c + 1]; k++) {
        int p = members[k];
        double sum = 0;
        for (int i = 0; i < d; i++) {
          double z = y[p * d + i] - y[centre * d + i];
          sum += z * z;
        }
        if (sum <= limit) {
          found[count] = p;
          squares[count++] = sum;
        }
      }
    }
    return count;
  }

  /** Squared distances of all points from one of them. */
  private void squares(int from, double[] out) {
    for (int i = 0; i < d; i++) {
      double[] x = columns[i];
      double at = x[from];
      if (i == 0) {
        for (int p = 0; p < n; p++) {
          double z = x[p] - at;
          out[p] = z * z;
        }
      } else {
        for (int p = 0; p < n; p++) {
          double z = x[p] - at;
          out[p] += z * z;
        }
      }
    }
  }

  /** The cell that a place belongs to. */
  int nearest(double[] at) {
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

  /** Squared distance of a place from a microstate. */
  double apart(double[] at, int cell) {
    double sum = 0;
    for (int i = 0; i < d; i++) {
      double z = at[i] - y[cells[cell] * d + i];
      sum += z * z;
    }
    return sum;
  }

  /**
   * Pairs of cells with no other in the ball between them (Gabriel's graph): connected, whatever
   * the spacing of the cells.
   */
  int[][] gabriel() {
    int[][] known = near;
    if (known == null) {
      known = pairs();
      near = known;
    }
    return known;
  }

  private int[][] pairs() {
    int m = cells.length;
    int[][] out = new int[m][m];
    int[] count = new int[m];
    for (int a = 0; a < m; a++) {
      int between = 0;
      for (int b = 0; b < a; b++) {
        between = between(a, b, between);
        if (between == m) {
          out[a][count[a]++] = b;
          out[b][count[b]++] = a;
        }
      }
    }
    for (int a = 0; a < m; a++) {
      out[a] = Arrays.copyOf(out[a], count[a]);
    }
    return out;
  }

  /**
   * A cell in the ball between two; as many as there are if none is.
   *
   * @param before one between a and another, which often is between these as well
   */
  private int between(int a, int b, int before) {
    double[] fromA = apart[a];
    double[] fromB = apart[b];
    double limit = fromA[b];
    int m = fromA.length;
    if (before < m && before != a && before != b && fromA[before] + fromB[before] < limit) {
      return before;
    }
    int c = 0;
    while (c < m && (c == a || c == b || fromA[c] + fromB[c] >= limit)) {
      c++;
    }
    return c;
  }
}
