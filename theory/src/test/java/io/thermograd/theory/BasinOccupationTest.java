package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BasinOccupationTest {
  private static final double[][] WIDE = {{1, 0}, {0, 1}};
  private static final double[][] SHARP = {{5, 2}, {2, 4}};

  @Test
  void harmonicIsTheRatioOfGaussianIntegrals() {
    // det = 1 and 16: √16 = 4.
    double[] p = BasinOccupation.harmonic(new double[] {0, 0}, new double[][][] {WIDE, SHARP}, 0.1);
    assertThat(p[0] / p[1]).isCloseTo(4, within(1e-13));
    assertThat(p[0] + p[1]).isCloseTo(1, within(1e-15));
    assertThat(BasinOccupation.ratio(0.2, WIDE, 0.5, SHARP, 0.1))
        .isCloseTo(4 * Math.exp(3), within(1e-11));
  }

  @Test
  void depthsFarBelowTheTemperatureNeitherOverflowNorVanish() {
    double[] p =
        BasinOccupation.harmonic(
            new double[] {-1e9, -1e9 + 1, 3e9}, new double[][][] {WIDE, WIDE, WIDE}, 1e-3);
    assertThat(p).containsExactly(1, 0, 0);
    assertThat(BasinOccupation.ratio(0, WIDE, 1, WIDE, 1e-3)).isInfinite();
    assertThat(BasinOccupation.ratio(1, WIDE, 0, WIDE, 1e-3)).isEqualTo(0);
  }

  @Test
  void gridAgreesWithTheProductOfOneDimensionalIntegrals() {
    double t = 0.15;
    double[] p =
        BasinOccupation.onGrid(
            new Grid2d(new GridAxis(-2.5, 2.5, 500), new GridAxis(-2.5, 2.5, 100)),
            (x, y) -> -((x * x - 1) * (x * x - 1) + 0.2 * x + 2 * y * y) / t,
            (x, y) -> x < 0 ? 0 : 1,
            2);
    Occupation1d line = Occupation1d.gibbs(x -> (x * x - 1) * (x * x - 1) + 0.2 * x, t, -2.5, 2.5);
    assertThat(p[0]).isCloseTo(line.probability(-3, 0), within(1e-7));
    assertThat(p[0] + p[1]).isCloseTo(1, within(1e-13));
  }

  @Test
  void harmonicIsTheColdLimitOfTheGrid() {
    // Unequal wells; at T = 0.01 the anharmonic terms are O(T).
    double t = 0.01;
    Plane energy = (x, y) -> (x * x - 1) * (x * x - 1) + (1 + 0.5 * x) * y * y;
    double[] grid =
        BasinOccupation.onGrid(
            new Grid2d(new GridAxis(-1.7, 1.7, 680), new GridAxis(-1, 1, 400)),
            (x, y) -> -energy.at(x, y) / t,
            (x, y) -> x < 0 ? 0 : 1,
            2);
    double[] harmonic =
        BasinOccupation.harmonic(
            new double[] {0, 0}, new double[][][] {{{8, 0}, {0, 1}}, {{8, 0}, {0, 3}}}, t);
    assertThat(grid[0]).isCloseTo(harmonic[0], within(t));
  }

  @Test
  void unlabelledCellsAreMissingFromTheSum() {
    Grid2d grid = new Grid2d(new GridAxis(0, 1, 10), new GridAxis(0, 1, 10));
    double[] p = BasinOccupation.onGrid(grid, (x, y) -> 0, (x, y) -> x < 0.3 ? -1 : 0, 1);
    assertThat(p[0]).isCloseTo(0.7, within(1e-13));
    assertThatThrownBy(() -> BasinOccupation.onGrid(grid, (x, y) -> 0, (x, y) -> 1, 1))
        .hasMessage("label should be between -1 and 0: was 1");
    assertThatThrownBy(() -> BasinOccupation.onGrid(grid, (x, y) -> Double.NaN, (x, y) -> 0, 1))
        .hasMessage("log weight[0] should be below infinity: was NaN");
  }

  @Test
  void refusesBadInput() {
    assertThatThrownBy(
            () -> BasinOccupation.harmonic(new double[] {0}, new double[][][] {WIDE}, -1))
        .hasMessage("temperature should be finite and positive: was -1.0");
    assertThatThrownBy(
            () -> BasinOccupation.harmonic(new double[] {0, 1}, new double[][][] {WIDE}, 1))
        .hasMessage("number of hessians should be that of losses 2: was 1");
    assertThatThrownBy(
            () ->
                BasinOccupation.harmonic(new double[] {0}, new double[][][] {{{1, 0}, {0, -1}}}, 1))
        .hasMessageContaining("hessians[0] should be positive definite");
  }
}
