package io.thermograd.simulator.landscape;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every landscape has to satisfy, at many random points. */
class LandscapeContractTest {
  private static final int POINTS = 200;

  static Stream<Terrain> terrains() {
    double[][] centres = {{0, 0, 0}, {1, 2, -1}, {-1, 0.5, 0}};
    return Stream.concat(
        Landscapes.all().stream(),
        Stream.of(
            extra(new DoubleWell(2.5, 1, 3, 0.5), 2),
            extra(new Corners(5, 0.7), 2),
            extra(new Polynomial("constant", 4), 2),
            extra(new Rosenbrock(6), 2),
            extra(new QuarticBowl(3, 0.4), 2),
            extra(Quadratic.rotated(7, -1, 0, 2, 5).centred(3, 1, 2, 3, 4), 2),
            extra(
                new GaussianWells(
                    "wells",
                    Quadratic.diagonal(0.1, 0.2, 0.3),
                    centres,
                    new double[] {1, 2, 3},
                    new double[] {0.5, 0.7, 1}),
                2),
            extra(
                new GaussianMixture(
                    0.3, new double[] {1, 2, 3}, centres, new double[] {0.5, 0.7, 1}),
                2)));
  }

  private static Terrain extra(Landscape landscape, double half) {
    return Terrain.inSpace(
        landscape, "", Box.cube(landscape.dim(), half), new double[landscape.dim()]);
  }

  @ParameterizedTest
  @MethodSource("terrains")
  void theGradientIsTheSlopeOfTheValue(Terrain terrain) {
    Landscape f = terrain.landscape();
    double[] gradient = new double[f.dim()];
    double[][] points = points(terrain, 1);
    double rounding = rounding(Arrays.stream(points).mapToDouble(f::value), f.dim());
    for (double[] x : points) {
      f.gradient(x, gradient);
      for (int i = 0; i < f.dim(); i++) {
        int axis = i;
        Differences d = Differences.at(u -> f.value(with(x, axis, u)), x[i], 0.01, rounding);
        assertThat(Math.abs(gradient[i] - d.slope()))
            .as("%s, component %d at %s", f.name(), i, Arrays.toString(x))
            .isLessThanOrEqualTo(d.error());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("terrains")
  void theHessianIsTheSlopeOfTheGradientAndSymmetric(Terrain terrain) {
    Landscape f = terrain.landscape();
    double[][] hessian = new double[f.dim()][f.dim()];
    double[] gradient = new double[f.dim()];
    double[][] points = points(terrain, 2);
    double rounding = rounding(Arrays.stream(points).mapToDouble(x -> largest(f, x)), f.dim());
    for (double[] x : points) {
      f.hessian(x, hessian);
      for (int i = 0; i < f.dim(); i++) {
        for (int j = 0; j < f.dim(); j++) {
          int row = i;
          int axis = j;
          Differences d =
              Differences.at(
                  u -> {
                    f.gradient(with(x, axis, u), gradient);
                    return gradient[row];
                  },
                  x[j],
                  0.01,
                  rounding);
          assertThat(Math.abs(hessian[i][j] - d.slope()))
              .as("%s, entry %d %d at %s", f.name(), i, j, Arrays.toString(x))
              .isLessThanOrEqualTo(d.error());
          assertThat(hessian[i][j]).isEqualTo(hessian[j][i]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("terrains")
  void manyReplicasGiveTheSameBitsAsOne(Terrain terrain) {
    Landscape f = terrain.landscape();
    double[][] points = points(terrain, 3);
    int n = points.length;
    double[] x = new double[f.dim() * n];
    for (int r = 0; r < n; r++) {
      for (int i = 0; i < f.dim(); i++) {
        x[i * n + r] = points[r][i];
      }
    }
    double[] values = new double[n];
    double[] gradients = new double[f.dim() * n];
    f.values(x, n, values);
    f.gradients(x, n, gradients);
    double[] gradient = new double[f.dim()];
    for (int r = 0; r < n; r++) {
      assertThat(values[r]).isEqualTo(f.value(points[r]));
      f.gradient(points[r], gradient);
      for (int i = 0; i < f.dim(); i++) {
        assertThat(gradients[i * n + r]).isEqualTo(gradient[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("terrains")
  void overflowPassesThrough(Terrain terrain) {
    Landscape f = terrain.landscape();
    double[] gradient = new double[f.dim()];
    for (double extreme : new double[] {1e200, -1e200, Double.NaN, Double.POSITIVE_INFINITY}) {
      double[] x = new double[f.dim()];
      Arrays.fill(x, extreme);
      f.value(x);
      f.gradient(x, gradient);
      f.hessian(x, new double[f.dim()][f.dim()]);
    }
  }

  /**
   * Terms that cancel at one point show their size at another, so the rounding of a sum of 2d terms
   * goes by the largest value in the box.
   */
  private static double rounding(DoubleStream values, int dim) {
    return 2 * dim * Math.ulp(values.map(Math::abs).max().orElseThrow());
  }

  private static double largest(Landscape f, double[] x) {
    double[] gradient = new double[f.dim()];
    f.gradient(x, gradient);
    return Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
  }

  private static double[][] points(Terrain terrain, long purpose) {
    SplitMix64 random = SplitMix64.stream(17, purpose);
    double[] low = terrain.box().low();
    double[][] points = new double[POINTS][low.length];
    for (double[] x : points) {
      for (int i = 0; i < x.length; i++) {
        x[i] = low[i] + random.nextDouble() * terrain.box().width(i);
      }
    }
    return points;
  }

  private static double[] with(double[] x, int i, double u) {
    double[] moved = x.clone();
    moved[i] = u;
    return moved;
  }
}
