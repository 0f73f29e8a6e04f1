package io.thermograd.simulator.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BasinMapTest {
  /** K. Müller, L. Brown 1979 and the many papers that repeat these digits. */
  @Test
  void mullerAndBrownsPointsAreThoseOfTheLiterature() {
    BasinMap map = BasinMap.of(Landscapes.named("muller-brown"));
    double[][] minima = {
      {-146.700, -0.558, 1.442}, {-108.167, 0.623, 0.028}, {-80.768, -0.050, 0.467}
    };
    assertThat(map.minima()).hasSize(3);
    for (int m = 0; m < 3; m++) {
      CriticalPoint point = map.minima().get(m);
      assertThat(point.value()).isCloseTo(minima[m][0], within(5e-4));
      assertThat(point.at())
          .containsExactly(new double[] {minima[m][1], minima[m][2]}, within(5e-4));
    }
    assertThat(map.passes().get(0).saddle().value()).isCloseTo(-72.249, within(5e-4));
    assertThat(map.passes().get(1).saddle().value()).isCloseTo(-40.665, within(5e-4));
    // The middle minimum joins the other two.
    assertThat(List.of(map.passes().get(0).a(), map.passes().get(0).b())).containsExactly(1, 2);
    assertThat(List.of(map.passes().get(1).a(), map.passes().get(1).b())).containsExactly(0, 2);
    assertThat(map.barrier(0, 1)).isCloseTo(-40.665 + 146.700, within(1e-3));
    assertThat(map.barrier(2, 1)).isCloseTo(-72.249 + 80.768, within(1e-3));
    assertThat(map.barrier(1, 1)).isZero();
    assertThat(map.exits(2)).hasSize(2);
  }

  @Test
  void himmelblauHasFourMinimaFourSaddlesAndOneMaximum() {
    CriticalPoints found = CriticalPoints.find(Landscapes.named("himmelblau"));
    assertThat(found.minima()).hasSize(4).allMatch(point -> point.value() < 1e-25);
    assertThat(found.ofIndex(1)).hasSize(4);
    CriticalPoint top = found.ofIndex(2).get(0);
    assertThat(top.value()).isCloseTo(181.617, within(5e-4));
    assertThat(top.at()).containsExactly(new double[] {-0.270845, -0.923039}, within(5e-7));
    assertThat(found.indexSum()).isEqualTo(1);
    assertThat(found.balanced()).isTrue();
  }

  @Test
  void aMissingPointIsNoticed() {
    // A box that cuts off one minimum still balances: the border tells what is inside.
    CriticalPoints part =
        CriticalPoints.find(new Himmelblau(), new Box(new double[] {-6, -6}, new double[] {2, 6}));
    assertThat(part.balanced()).isTrue();
    assertThat(part.minima()).hasSize(2);
    CriticalPoints incomplete =
        new CriticalPoints(
            part.points().subList(1, part.points().size()), 0, part.indexSum() - 1, part.degree());
    assertThat(incomplete.balanced()).isFalse();
  }

  @Test
  void flatDirectionsAreReportedAsSuch() {
    CriticalPoints gutter = CriticalPoints.find(Quadratic.diagonal(1, 0, 3), Box.cube(3, 1));
    assertThat(gutter.points()).hasSize(1);
    assertThat(gutter.points().get(0).degenerate()).isTrue();
    assertThat(gutter.degree()).isEmpty();

    CriticalPoints bowl = CriticalPoints.find(new QuarticBowl(2, 1), Box.cube(2, 2));
    assertThat(bowl.points()).hasSize(1);
    assertThat(bowl.points().get(0).degenerate()).isTrue();
    // Degenerate, so that only the third root of rounding is certain.
    assertThat(bowl.points().get(0).at()).containsExactly(new double[2], within(1e-4));
    assertThat(BasinMap.of(new QuarticBowl(2, 1), Box.cube(2, 2)).basinOf(new double[] {1, -2}))
        .isZero();
  }

  @Test
  void aRingOfMinimaIsOneContinuum() {
    Landscape hat = new Sombrero();
    BasinMap map = BasinMap.of(hat, Box.cube(2, 2));
    assertThat(map.critical().points()).hasSize(2);
    assertThat(map.minima()).hasSize(1);
    assertThat(map.minima().get(0).degenerate()).isTrue();
    assertThat(Vectors.norm(map.minima().get(0).at())).isCloseTo(1, within(1e-9));
    assertThat(map.critical().ofIndex(2)).hasSize(1);
    assertThat(map.basinOf(new double[] {-0.3, 1.7})).isZero();
  }

  @Test
  void rosenbrockInSixDimensionsHasItsLocalMinimum() {
    BasinMap map = BasinMap.of(new Rosenbrock(6), Box.cube(6, 1.5));
    // Y.-W. Shang, Y.-H. Qiu, Evolutionary Computation 14 (2006): exactly two minima for 4 to 7.
    assertThat(map.minima()).hasSize(2);
    assertThat(map.minima().get(0).at())
        .containsExactly(new double[] {1, 1, 1, 1, 1, 1}, within(1e-9));
    assertThat(map.minima().get(1).at()[0]).isCloseTo(-0.986575, within(1e-6));
    assertThat(map.minima().get(1).value()).isCloseTo(3.97394, within(1e-5));
    assertThat(map.passes()).isNotEmpty();
  }

  @Test
  void aQuadraticHasOneBasin() {
    BasinMap map = BasinMap.of(Landscapes.named("flat-valley"));
    assertThat(map.minima()).hasSize(1);
    assertThat(map.minima().get(0).eigenvalues())
        .containsExactly(new double[] {0.01, 0.1, 1, 10, 100}, within(1e-12));
    assertThat(map.basinOf(new double[] {9, -9, 9, -9, 9})).isZero();
    assertThat(map.passes()).isEmpty();
    assertThat(map.critical().balanced()).isTrue();
  }

  /** On the sphere ½xᵀHx is critical at ±eigenvectors, with curvatures λ_j − λ_i. */
  @Test
  void aQuadraticOnTheSphere() {
    double[] curvatures = {-1, 0.5, 2, 7};
    Terrain terrain =
        new Terrain(
            Quadratic.rotated(3, curvatures),
            "",
            Terrain.Domain.UNIT_SPHERE,
            Box.cube(4, 1),
            List.of(new double[] {1, 0, 0, 0}));
    BasinMap map = BasinMap.of(terrain);
    assertThat(map.critical().points()).hasSize(8);
    for (int k = 0; k < 8; k++) {
      CriticalPoint point = map.critical().points().get(k);
      int i = k / 2;
      assertThat(point.value()).isCloseTo(curvatures[i] / 2, within(1e-12));
      assertThat(point.index()).isEqualTo(i);
      double[] expected =
          Arrays.stream(curvatures)
              .filter(c -> c != curvatures[i])
              .map(c -> c - curvatures[i])
              .toArray();
      assertThat(point.eigenvalues()).containsExactly(expected, within(1e-11));
    }
    assertThat(map.critical().balanced()).isTrue();
    assertThat(map.barrier(0, 1)).isCloseTo(0.75, within(1e-12));
  }

  /** f(−x) = −f(x): every point of index k has a mirror image of index d − 1 − k. */
  @Test
  void spinsOnTheSphereComeInMirroredPairs() {
    CriticalPoints found = CriticalPoints.find(Landscapes.named("spherical-spins"));
    assertThat(found.balanced()).isTrue();
    assertThat(found.unseen()).isLessThan(0.01);
    int n = found.points().size();
    for (int k = 0; k < n; k++) {
      CriticalPoint point = found.points().get(k);
      CriticalPoint mirror = found.points().get(n - 1 - k);
      assertThat(mirror.value()).isCloseTo(-point.value(), within(1e-10));
      assertThat(mirror.index()).isEqualTo(7 - point.index());
    }
  }

  @Test
  void theGridAgreesWithTheFlow() {
    Terrain terrain = Landscapes.named("hexagon");
    BasinMap map = BasinMap.of(terrain);
    BasinGrid grid = BasinGrid.of(map, terrain.box(), 100);
    int different = 0;
    for (double[] x : terrain.box().spread(1000)) {
      different += grid.label(x[0], x[1]) == map.basinOf(x) ? 0 : 1;
    }
    // Six ridges of about 3.5 + the box's corners: less than 30 of 7·7 area is within half a cell.
    assertThat(different).isLessThan(40);
    for (int m = 0; m < 6; m++) {
      double[] bottom = map.minima().get(m).at();
      assertThat(grid.label(bottom[0], bottom[1])).isEqualTo(m);
    }
    int[] labels = new int[2];
    grid.label(new double[] {100, Double.NaN, 0, 0}, 2, labels);
    assertThat(labels[0]).isEqualTo(map.basinOf(new double[] {3.5, 0}));
  }

  @Test
  void argumentsAreChecked() {
    BasinMap map = BasinMap.of(DoubleWell.line(), Box.cube(1, 2));
    assertThatThrownBy(() -> map.barrier(0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("to should be in 0..1: was 2");
    assertThatThrownBy(() -> BasinMap.of(DoubleWell.line(), Box.cube(2, 2)))
        .hasMessage("box should have 1 dimensions: had 2");
    assertThatThrownBy(
            () ->
                BasinMap.of(
                    Polynomial.tiltedDoubleWell(9), new Box(new double[] {1}, new double[] {2})))
        .hasMessage("landscape should have a minimum in the box: tilted-double-well has none");
    assertThatThrownBy(() -> new Box(new double[] {1}, new double[] {1}))
        .hasMessage("high[0] should be above low[0] = 1.0: was 1.0");
    assertThatThrownBy(() -> BasinGrid.of(map, Box.cube(1, 2), 10))
        .hasMessage("landscape should have 2 dimensions: had 1");
    assertThatThrownBy(() -> Landscapes.named("himalaya"))
        .hasMessageStartingWith("landscape should be one of quadratic, flat-valley,")
        .hasMessageEndingWith("was himalaya");
    assertThatThrownBy(() -> new DoubleWell(-1))
        .hasMessage("barrier should be positive and finite: was -1.0");
    assertThatThrownBy(() -> Quadratic.of(new double[][] {{1, 2}, {3, 1}}))
        .hasMessage("hessian[1][0] should equal hessian[0][1] = 2.0: was 3.0");
  }

  /** (x² + y² − 1)². */
  private record Sombrero() implements Landscape {
    @Override
    public String name() {
      return "sombrero";
    }

    @Override
    public int dim() {
      return 2;
    }

    @Override
    public double value(double[] x) {
      double u = Vectors.dot(x, x) - 1;
      return u * u;
    }

    @Override
    public void gradient(double[] x, double[] gradient) {
      double u = Vectors.dot(x, x) - 1;
      gradient[0] = 4 * u * x[0];
      gradient[1] = 4 * u * x[1];
    }

    @Override
    public void hessian(double[] x, double[][] hessian) {
      double u = Vectors.dot(x, x) - 1;
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          hessian[i][j] = 8 * x[i] * x[j] + (i == j ? 4 * u : 0);
        }
      }
    }
  }
}
