package io.thermograd.theory;

/**
 * An interval cut into equal cells. What a density becomes on it is an array of cell probabilities,
 * one per cell and 1 in sum; the density at a cell's centre is its probability over the spacing.
 *
 * @param low lower end
 * @param high upper end
 * @param cells number of cells, at least 2
 */
public record GridAxis(double low, double high, int cells) {
  public GridAxis {
    Checks.finite("low", low);
    Checks.finite("high", high);
    if (!(high > low && high - low < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("high should be above low " + low + ": was " + high);
    }
    Checks.atLeast("cells", 2, cells);
    double spacing = (high - low) / cells;
    if (!(low + spacing > low && high - spacing < high && spacing * spacing > Double.MIN_NORMAL)) {
      throw new IllegalArgumentException(
          "cells should leave a width that double precision can tell apart: was " + cells);
    }
  }

  /** Width of a cell. */
  public double spacing() {
    return (high - low) / cells;
  }

  /** Centre of cell i. */
  public double centre(int i) {
    return low + (i + 0.5) * spacing();
  }

  /** Lower end of cell i; the upper end of the last cell for i = cells. */
  public double edge(int i) {
    return i == cells ? high : low + i * spacing();
  }

  /** The cell of x; points beyond an end, and NaN, belong to the cell at an end. */
  public int cell(double x) {
    return (int) Math.max(0, Math.min(cells - 1, Math.floor((x - low) / spacing())));
  }

  /** Centres of all cells. */
  public double[] centres() {
    double[] centres = new double[cells];
    for (int i = 0; i < cells; i++) {
      centres[i] = centre(i);
    }
    return centres;
  }
}
