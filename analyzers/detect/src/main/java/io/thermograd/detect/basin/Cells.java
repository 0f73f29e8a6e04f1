package io.thermograd.detect.basin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Points in a few coordinates, cut into cells around at most {@value Chart#MOST_CELLS} of them, the
 * microstates: each as far from those before it as any (Gonzalez), so that no point is farther than
 * the radius from one. O(cells·points).
 */
final class Cells {
  private static final double CLOSE = 1e-9;

  final int d;

  /** Points. */
  final int n;

  /** Coordinates, point by point. */
  final double[] y;

  private int[] cells = new int[0];
  private final int[] cellOf;
  private double radius;

  Cells(double[] y, int d) {
    this.y = y;
    this.d = d;
    n = y.length / d;
    cellOf = new int[n];
    choose();
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

  /** Squared distance of two points. */
  double square(int p, int q) {
    double sum = 0;
    for (int i = 0; i < d; i++) {
      double z = y[p * d + i] - y[q * d + i];
      sum += z * z;
    }
    return sum;
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
}
