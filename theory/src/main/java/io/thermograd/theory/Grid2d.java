package io.thermograd.theory;

/** A rectangle cut into equal cells; cell (i, j) has the number {@code i·y.cells() + j}. */
public record Grid2d(GridAxis x, GridAxis y) {

  private static final int MOST_CELLS = 1 << 26;

  public Grid2d {
    if ((long) x.cells() * y.cells() > MOST_CELLS) {
      throw new IllegalArgumentException(
          "cells in all should be at most %d: was %d"
              .formatted(MOST_CELLS, (long) x.cells() * y.cells()));
    }
  }

  /** Number of cells. */
  public int cells() {
    return x.cells() * y.cells();
  }

  /** Number of cell (i, j). */
  public int cell(int i, int j) {
    return i * y.cells() + j;
  }

  /** Number of the cell of a point; points beyond an edge belong to the nearest cell. */
  public int cell(double px, double py) {
    return cell(x.cell(px), y.cell(py));
  }

  /** Area of a cell. */
  public double area() {
    return x.spacing() * y.spacing();
  }

  /** Values of a function at all centres. */
  double[] sample(Plane f) {
    double[] values = new double[cells()];
    for (int i = 0; i < x.cells(); i++) {
      for (int j = 0; j < y.cells(); j++) {
        values[cell(i, j)] = f.at(x.centre(i), y.centre(j));
      }
    }
    return values;
  }
}
