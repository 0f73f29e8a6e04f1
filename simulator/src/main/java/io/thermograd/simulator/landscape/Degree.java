package io.thermograd.simulator.landscape;

import java.util.OptionalInt;

/**
 * The topological degree of ∇f on a box or the sphere, which by Poincaré and Hopf is Σ (−1)^index
 * over the critical points inside. It needs the border only, so that it can tell that a search
 * inside missed some.
 */
final class Degree {
  private static final int PER_SIDE = 4096;
  private static final int PER_FACE = 500;

  private Degree() {}

  static OptionalInt of(Geometry geometry) {
    if (geometry instanceof Geometry.InBox inBox) {
      return switch (inBox.dim()) {
        case 1 -> OptionalInt.of(onLine(inBox));
        case 2 -> OptionalInt.of(winding(inBox));
        default -> confining(inBox) ? OptionalInt.of(1) : OptionalInt.empty();
      };
    }
    // Euler's characteristic of S^(d−1).
    return OptionalInt.of(geometry.dim() % 2 == 0 ? 0 : 2);
  }

  private static int onLine(Geometry.InBox inBox) {
    double[] low = new double[1];
    double[] high = new double[1];
    inBox.gradient(inBox.box().low(), low);
    inBox.gradient(inBox.box().high(), high);
    return (int) ((Math.signum(high[0]) - Math.signum(low[0])) / 2);
  }

  /** Turns of ∇f along the border, counter-clockwise. */
  private static int winding(Geometry.InBox inBox) {
    double[] low = inBox.box().low();
    double[] high = inBox.box().high();
    double[][] corners = {
      {low[0], low[1]}, {high[0], low[1]}, {high[0], high[1]}, {low[0], high[1]}
    };
    double[] x = new double[2];
    double[] g = new double[2];
    double turned = 0;
    double last = Double.NaN;
    for (int side = 0; side < 4; side++) {
      for (int k = 0; k <= PER_SIDE; k++) {
        double s = (double) k / PER_SIDE;
        for (int i = 0; i < 2; i++) {
          x[i] = (1 - s) * corners[side][i] + s * corners[(side + 1) % 4][i];
        }
        inBox.gradient(x, g);
        double angle = StrictMath.atan2(g[1], g[0]);
        if (!Double.isNaN(last)) {
          // To the nearest turn: the direction changes little from one point to the next.
          turned += StrictMath.IEEEremainder(angle - last, 2 * Math.PI);
        }
        last = angle;
      }
    }
    return (int) Math.round(turned / (2 * Math.PI));
  }

  /** Whether ∇f points outwards at evenly spread points of every face. */
  private static boolean confining(Geometry.InBox inBox) {
    double[] g = new double[inBox.dim()];
    double[] low = inBox.box().low();
    double[] high = inBox.box().high();
    for (double[] point : inBox.spread(PER_FACE)) {
      for (int i = 0; i < g.length; i++) {
        double kept = point[i];
        point[i] = low[i];
        inBox.gradient(point, g);
        if (!(g[i] < 0)) {
          return false;
        }
        point[i] = high[i];
        inBox.gradient(point, g);
        if (!(g[i] > 0)) {
          return false;
        }
        point[i] = kept;
      }
    }
    return true;
  }
}
