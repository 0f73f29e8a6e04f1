package io.thermograd.detect.basin;

import java.util.Arrays;
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

  /** And as a share of all points. */
  private static final int SHARE = 96;

  private final Trail trail;
  private final double[][] directions;
  private final int[] points;
  private final int d;
  private final int n;
  private final double[] y;
  private final double[] loss;
  private final double[] scale;
  private @Nullable Cells cells;
  private @Nullable Surface surface;

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
    Cells cut = cells;
    Surface fitted = surface;
    if (cut == null || fitted == null) {
      cut = new Cells(y, d);
      fitted = new Surface(cut, loss, neighbours());
      cells = cut;
      surface = fitted;
    }
    return label(cut, fitted, significance);
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
    return Math.min(n, Math.max(LocalFit.PER_TERM * Chart.terms(d), n / SHARE));
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

  private Chart label(Cells cut, Surface fitted, double significance) {
    Watershed shed =
        new Watershed(
            fitted.values(), cut.gabriel(), new Prominence(cut, fitted, significance, warmth()));
    int k = shed.count();
    Minimum[] minima = new Minimum[k];
    double[] saddle = new double[d];
    Refinement refinement = new Refinement(cut, loss, neighbours());
    for (int b = 0; b < k; b++) {
      int lowest = shed.minimum(b);
      int over = shed.pass(b);
      double[] at = new double[d];
      double floor = refinement.find(lowest, 0, at, fitted.value(lowest));
      double pass =
          over < 0
              ? Double.POSITIVE_INFINITY
              : refinement.find(over, 1, saddle, fitted.value(over));
      if (pass <= floor) {
        // A polynomial's saddle, somewhere between the points: the ridge was judged at the
        // microstate.
        pass = fitted.value(over);
      }
      for (int i = 0; i < d; i++) {
        at[i] *= scale[i];
      }
      minima[b] = new Minimum(floor, pass, at, Shape.NONE);
    }
    double[] centres = new double[cut.count() * d];
    for (int c = 0; c < cut.count(); c++) {
      System.arraycopy(y, cut.centre(c) * d, centres, c * d, d);
    }
    return new Chart(
        directions,
        scale.clone(),
        cut.radius(),
        centres,
        fitted.widths(),
        fitted.coefficients(),
        shed.labels(),
        minima);
  }

  /** The place of every point of the trail on a chart that this survey drew; 0 without a loss. */
  int[] places(Chart chart) {
    int[] places = new int[trail.size()];
    double[] at = new double[d];
    Cells cut = cells;
    for (int p = 0; p < n && cut != null; p++) {
      for (int i = 0; i < d; i++) {
        at[i] = y[p * d + i] * scale[i];
      }
      places[points[p]] = chart.place(cut.of(p), at);
    }
    return places;
  }

  /** A height that exceeds its error and a share of the temperature. */
  private record Prominence(Cells cells, Surface surface, double significance, double warmth)
      implements Watershed.Ridge {
    private static final int PARTS = 16;

    private boolean high(double height, double top, double bottom) {
      return height > LEAST_RISE * warmth
          && height > significance * Math.sqrt(top * top + bottom * bottom);
    }

    @Override
    public boolean between(int top, int minimum) {
      return high(
          surface.value(top) - surface.value(minimum), surface.error(top), surface.error(minimum));
    }

    @Override
    public boolean across(int minimum, int other) {
      int d = cells.d;
      double[] at = new double[d];
      for (int part = 1; part < PARTS; part++) {
        double share = (double) part / PARTS;
        for (int i = 0; i < d; i++) {
          at[i] =
              (1 - share) * cells.y[cells.centre(minimum) * d + i]
                  + share * cells.y[cells.centre(other) * d + i];
        }
        int cell = cells.nearest(at);
        // Where the run has not been, a quadratic may rise to anything.
        if (cells.apart(at, cell) <= cells.radius() * cells.radius()
            && high(
                surface.level(cell, at, 0) - surface.value(minimum),
                surface.error(cell),
                surface.error(minimum))) {
          return true;
        }
      }
      return false;
    }
  }

  /** Mean temperature over the points where it is known; 0, which asks for no rise, where none. */
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
