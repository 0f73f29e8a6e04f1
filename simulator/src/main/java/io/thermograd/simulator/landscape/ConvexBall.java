package io.thermograd.simulator.landscape;

import io.thermograd.simulator.random.SplitMix64;

/**
 * A ball around a minimum in which f is convex. There the flow comes nearer to the minimum at every
 * moment, so that a path that has entered needs to be followed no further.
 */
final class ConvexBall {
  private static final int DIRECTIONS = 64;
  private static final int SHELLS = 4;
  private static final int HALVINGS = 40;

  private ConvexBall() {}

  /**
   * Half the radius of the largest ball tried that shows no negative curvature at the points looked
   * at: {@value #DIRECTIONS} directions on {@value #SHELLS} shells. Half, because curvature between
   * the points is not seen.
   */
  static double radius(Geometry geometry, CriticalPoints all, CriticalPoint minimum) {
    double radius = geometry.diameter();
    for (CriticalPoint other : all.points()) {
      double distance = Vectors.distance(other.at(), minimum.at());
      if (distance > 0) {
        radius = Math.min(radius, distance);
      }
    }
    for (int k = 0; k < HALVINGS && !convex(geometry, minimum.at(), radius); k++) {
      radius /= 2;
    }
    return radius / 2;
  }

  private static boolean convex(Geometry geometry, double[] centre, double radius) {
    SplitMix64 random = new SplitMix64(centre.length);
    double[] direction = new double[centre.length];
    for (int n = 0; n < DIRECTIONS; n++) {
      for (int i = 0; i < direction.length; i++) {
        direction[i] = random.nextGaussian();
      }
      Vectors.scale(1 / Vectors.norm(direction), direction);
      for (int shell = 1; shell <= SHELLS; shell++) {
        double[] x = centre.clone();
        Vectors.axpy(radius * shell / SHELLS, direction, x);
        geometry.retract(x);
        if (!(geometry.eigen(x).values()[0] > 0)) {
          return false;
        }
      }
    }
    return true;
  }
}
