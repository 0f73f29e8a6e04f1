package io.thermograd.simulator.landscape;

import java.util.List;
import java.util.stream.Collectors;

/** The landscapes by name, each with its usual parameters. */
public final class Landscapes {
  private static final List<Terrain> ALL =
      List.of(
          quadratic(),
          flatValley(),
          onTheLine(DoubleWell.line(), "(x^2 - 1)^2", 2, 1),
          inThePlane(DoubleWell.plane(), "(x^2 - 1)^2 + y^2", 2, 1, 0),
          onTheLine(
              Polynomial.tiltedDoubleWell(0.3),
              "(x^2 - 1)^2 + 0.3 x, two wells of unequal depth",
              2,
              1),
          new Terrain(
              Polynomial.shiftedDoubleWell(),
              "x^2 (x - 2)^2",
              Terrain.Domain.SPACE,
              new Box(new double[] {-1}, new double[] {3}),
              List.of(new double[] {0}, new double[] {2})),
          inThePlane(new Himmelblau(), "four minima of value 0, four unequal saddles", 6, -1, -1),
          inThePlane(
              new ThreeHumps(), "three minima in a row, the lowest in the middle", 4, -2.5, 1),
          mullerBrown(),
          inThePlane(new Rosenbrock(2), "a curved valley with one minimum", 3, -1.2, 1),
          inThePlane(hexagon(), "six wells of unequal depth on a hexagon", 3.5, 2, 0),
          inThePlane(
              GaussianWells.fourWells(1, 2, 0.12, 0.15, 0.19, 0.24),
              "four wells of equal depth and unequal width",
              2,
              1,
              1),
          inThePlane(ring(), "eight equal wells on a ring", 3.5, 2, 0),
          inThePlane(new Corners(2, 1), "four equal wells at the corners of a square", 2, 1, 1),
          onTheLine(
              GaussianMixture.pair(1, 4, 1),
              "-log of two Gaussians 4 standard deviations apart",
              6,
              2),
          spins());

  private Landscapes() {}

  /** All of them, in the order to list them. */
  public static List<Terrain> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Terrain named(String name) {
    return ALL.stream()
        .filter(terrain -> terrain.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "landscape should be one of %s: was %s"
                        .formatted(
                            ALL.stream().map(Terrain::name).collect(Collectors.joining(", ")),
                            name)));
  }

  /** diag(0.01, 0.1, 1, 10, 100): curvatures over four orders of magnitude. */
  public static Quadratic valley() {
    return Quadratic.diagonal(0.01, 0.1, 1, 10, 100).named("flat-valley");
  }

  /** Six wells of width 0.6 at distance 2 from the origin; the deepest is opposite the first. */
  public static GaussianWells hexagon() {
    double[] depths = {2, 2.2, 2.5, 3, 2.6, 2.3};
    return circle("hexagon", depths, 0.6);
  }

  /** Eight wells of depth 2 and width 0.5 at distance 2 from the origin. */
  public static GaussianWells ring() {
    return circle("ring", new double[] {2, 2, 2, 2, 2, 2, 2, 2}, 0.5);
  }

  private static GaussianWells circle(String name, double[] depths, double width) {
    int n = depths.length;
    double[][] centres = new double[n][];
    double[] widths = new double[n];
    for (int j = 0; j < n; j++) {
      double angle = 2 * Math.PI * j / n;
      centres[j] = new double[] {2 * StrictMath.cos(angle), 2 * StrictMath.sin(angle)};
      widths[j] = width;
    }
    return new GaussianWells(name, new QuarticBowl(2, 0.05), centres, depths, widths);
  }

  private static Terrain quadratic() {
    return Terrain.inSpace(
        Quadratic.rotated(1, 1, 2, 5, 10),
        "eigenvalues 1, 2, 5, 10 in rotated axes",
        Box.cube(4, 3),
        new double[] {1, 1, 1, 1});
  }

  private static Terrain flatValley() {
    return Terrain.inSpace(
        valley(), "diag(0.01, 0.1, 1, 10, 100)", Box.cube(5, 10), new double[] {1, 1, 1, 1, 1});
  }

  private static Terrain mullerBrown() {
    return Terrain.inSpace(
        new MullerBrown(),
        "three minima on a path that bends twice",
        new Box(new double[] {-1.7, -0.5}, new double[] {1.3, 2.2}),
        new double[] {0.623, 0.028},
        new double[] {-0.558, 1.442});
  }

  private static Terrain spins() {
    double[] start = new double[8];
    start[0] = 1;
    return new Terrain(
        new SphericalSpins(8, 1),
        "three-spin glass on the unit sphere of R^8",
        Terrain.Domain.UNIT_SPHERE,
        Box.cube(8, 1),
        List.of(start));
  }

  private static Terrain onTheLine(Landscape landscape, String about, double half, double start) {
    return Terrain.inSpace(
        landscape, about, Box.cube(1, half), new double[] {start}, new double[] {-start});
  }

  private static Terrain inThePlane(
      Landscape landscape, String about, double half, double x, double y) {
    return Terrain.inSpace(landscape, about, Box.cube(2, half), new double[] {x, y});
  }
}
