package io.thermograd.detect.basin;

import java.util.Arrays;

/**
 * The points nearest to a microstate, a fixed number of them and those that are as near. What is
 * farther than they were from the microstate before is not looked at unless it has to be.
 */
final class Nearest {
  private static final double CLOSE = 1e-9;

  /** Than around the microstate before, and than what was too near. */
  private static final double WIDER = 1.25;

  private final Cells cells;
  private final int wanted;
  private final int[] points;
  private final double[] squares;
  private final double[] sorted;
  private double reach;
  private double width;

  /**
   * @param wanted no more than there are points
   */
  Nearest(Cells cells, int wanted) {
    this.cells = cells;
    this.wanted = wanted;
    points = new int[cells.n];
    squares = new double[cells.n];
    sorted = new double[cells.n];
    reach = cells.radius();
  }

  /** Looks for those of a cell; how many. */
  int of(int cell) {
    int count = cells.within(cell, reach, points, squares);
    while (count < wanted && reach < Double.POSITIVE_INFINITY) {
      reach = WIDER * Math.max(reach, CLOSE);
      count = cells.within(cell, reach, points, squares);
    }
    System.arraycopy(squares, 0, sorted, 0, count);
    double limit = Selection.smallest(sorted, count, wanted);
    width = Math.sqrt(Math.max(limit, CLOSE * CLOSE));
    reach = WIDER * width;
    int taken = 0;
    for (int k = 0; k < count; k++) {
      if (squares[k] <= limit) {
        points[taken++] = points[k];
      }
    }
    // Sums over them are taken in the order of the trail.
    Arrays.sort(points, 0, taken);
    return taken;
  }

  /** Those found last, in the order of the trail. */
  int[] points() {
    return points;
  }

  /** Distance of the farthest of them. */
  double width() {
    return width;
  }
}
