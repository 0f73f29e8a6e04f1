package io.thermograd.simulator.experiment;

import java.util.List;

/** A picture as data: curves of predictions and points with intervals of measurements. */
public record Plot(String title, Axis x, Axis y, List<Series> series) {
  public Plot {
    series = List.copyOf(series);
  }

  /**
   * @param label quantity and unit
   */
  public record Axis(String label, boolean logarithmic) {}

  /**
   * One curve or one set of points.
   *
   * @param low lower ends of the intervals, one per point; empty for none
   * @param high upper ends likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // data to draw, never compared
  public record Series(
      String name, Style style, double[] x, double[] y, double[] low, double[] high) {
    public Series {
      x = x.clone();
      y = y.clone();
      low = low.clone();
      high = high.clone();
      if (x.length != y.length
          || low.length != high.length
          || (low.length != 0 && low.length != x.length)) {
        throw new IllegalArgumentException(
            "series %s should have as many x, y and interval ends: had %d, %d, %d and %d"
                .formatted(name, x.length, y.length, low.length, high.length));
      }
    }

    public static Series line(String name, double[] x, double[] y) {
      return new Series(name, Style.LINE, x, y, new double[0], new double[0]);
    }

    public static Series points(String name, double[] x, List<Measured> y) {
      return new Series(
          name,
          Style.POINTS,
          x,
          y.stream().mapToDouble(Measured::value).toArray(),
          y.stream().mapToDouble(Measured::low).toArray(),
          y.stream().mapToDouble(Measured::high).toArray());
    }
  }

  /** How to draw a series. */
  public enum Style {
    LINE,
    POINTS
  }
}
