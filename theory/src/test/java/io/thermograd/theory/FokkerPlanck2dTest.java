package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FokkerPlanck2dTest {
  private static double well(double x) {
    return (x * x - 1) * (x * x - 1);
  }

  @Test
  void separableRatesAreSumsOfTheirAxes() {
    // Exact for the scheme too: its operator is the Kronecker sum of the axes' operators.
    GridAxis x = new GridAxis(-2, 2, 40);
    GridAxis y = new GridAxis(-2.5, 2.5, 30);
    double t = 0.4;
    double[] alongX = FokkerPlanck1d.additive(x, FokkerPlanck2dTest::well, t).slowModes(6).rates();
    double[] alongY = FokkerPlanck1d.additive(y, v -> v * v, t).slowModes(6).rates();
    double[] sums = new double[49];
    for (int a = 0; a < 7; a++) {
      for (int b = 0; b < 7; b++) {
        sums[7 * a + b] = (a == 0 ? 0 : alongX[a - 1]) + (b == 0 ? 0 : alongY[b - 1]);
      }
    }
    Arrays.sort(sums);
    double[] rates =
        FokkerPlanck2d.additive(new Grid2d(x, y), (u, v) -> well(u) + v * v, t)
            .slowModes(8)
            .rates();
    for (int k = 0; k < 8; k++) {
      assertThat(rates[k]).isCloseTo(sums[k + 1], within(1e-9 * sums[k + 1]));
    }
  }

  @Test
  void equalRatesAreFoundWhole() {
    // x² + y²: 2 twice, then 4 three times; h is a quarter of the standard deviation.
    GridAxis axis = new GridAxis(-3, 3, 48);
    double[] rates =
        FokkerPlanck2d.additive(new Grid2d(axis, axis), (x, y) -> x * x + y * y, 0.5)
            .slowModes(5)
            .rates();
    assertThat(rates[0]).isCloseTo(2, within(0.04));
    assertThat(rates[1]).isCloseTo(rates[0], within(1e-9));
    for (int k = 2; k < 5; k++) {
      assertThat(rates[k]).isCloseTo(4, within(0.1));
    }
  }

  @Test
  void isotropicSeparableEvolutionIsTheProductOfItsAxes() {
    GridAxis x = new GridAxis(-2, 2, 30);
    GridAxis y = new GridAxis(-2, 2, 20);
    Grid2d grid = new Grid2d(x, y);
    JumpProcess plane = FokkerPlanck2d.additive(grid, (u, v) -> well(u) + v * v, 0.3);
    double[] start = new double[grid.cells()];
    start[grid.cell(-1.1, 0.7)] = 1;
    double[] startX = new double[30];
    startX[x.cell(-1.1)] = 1;
    double[] startY = new double[20];
    startY[y.cell(0.7)] = 1;
    double[] px = FokkerPlanck1d.additive(x, FokkerPlanck2dTest::well, 0.3).evolve(startX, 0.8);
    double[] py = FokkerPlanck1d.additive(y, v -> v * v, 0.3).evolve(startY, 0.8);
    double[] p = plane.evolve(start, 0.8);
    for (int i = 0; i < 30; i++) {
      for (int j = 0; j < 20; j++) {
        assertThat(p[grid.cell(i, j)]).isCloseTo(px[i] * py[j], within(1e-14));
      }
    }
    assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-13));
  }

  @Test
  void lossProportionalNoiseLeavesThePowerLaw() {
    GridAxis axis = new GridAxis(-2, 2, 24);
    Grid2d grid = new Grid2d(axis, axis);
    Plane loss = (x, y) -> 0.1 + well(x) + y * y;
    // η = 0.1, σ² = 6, B = 1: s = ησ²/(2B) = 0.3.
    JumpProcess process = FokkerPlanck2d.lossProportional(grid, loss, 0.3);
    double exponent = Occupation1d.powerLawExponent(0.1, 6, 1);
    assertThat(exponent).isCloseTo(1 + 1 / 0.3, within(1e-14));
    double[] p = process.stationary();
    int a = grid.cell(3, 5);
    int b = grid.cell(17, 12);
    double atA = loss.at(axis.centre(3), axis.centre(5));
    double atB = loss.at(axis.centre(17), axis.centre(12));
    assertThat(Math.log(p[a] / p[b])).isCloseTo(-exponent * Math.log(atA / atB), within(1e-12));
    assertThat(Distances.totalVariation(process.evolve(p, 1), p)).isLessThan(1e-13);
    // The general Itô scheme, which knows no potential, finds the same law and no current.
    JumpProcess general =
        FokkerPlanck2d.ito(
            grid,
            (x, y) -> 4 * x * (x * x - 1),
            (x, y) -> 2 * y,
            (x, y) -> 0.3 * loss.at(x, y),
            (x, y) -> 0.3 * loss.at(x, y));
    assertThat(Distances.totalVariation(general.stationary(), p)).isLessThan(1e-6);
  }

  @Test
  void rotationCarriesACurrentAroundAnUnchangedGaussian() {
    // Drift −∇U + ωJx with U = |x|²/2 keeps e^{−U/T}; the current circulates as p·ωJx.
    double omega = 1.5;
    double t = 0.5;
    double[] errors = new double[2];
    for (int pass = 0; pass < 2; pass++) {
      int n = 24 << pass;
      GridAxis axis = new GridAxis(-3.2, 3.2, n);
      Grid2d grid = new Grid2d(axis, axis);
      JumpProcess process =
          FokkerPlanck2d.ito(
              grid, (x, y) -> x + omega * y, (x, y) -> y - omega * x, (x, y) -> t, (x, y) -> t);
      assertThat(process.reversible()).isFalse();
      double[] pi = process.stationary();
      double[] gibbs =
          FokkerPlanck2d.additive(grid, (x, y) -> 0.5 * (x * x + y * y), t).stationary();
      errors[pass] = Distances.totalVariation(pi, gibbs);
      assertThat(Distances.totalVariation(process.evolve(pi, 0.7), pi)).isLessThan(1e-12);
      // Net flow through the half line y > 0 near x = 0 is ∫ p·(−ωy) dy = −ω/(2π).
      double[] current = process.current(pi);
      double flow = 0;
      for (int j = n / 2; j < n; j++) {
        flow += current[(n / 2 - 1) * n + j];
      }
      assertThat(flow).isCloseTo(-omega / (2 * Math.PI), within(pass == 0 ? 0.02 : 0.005));
    }
    assertThat(errors[1]).isLessThan(0.01);
    assertThat(errors[0] / errors[1]).isCloseTo(4, within(0.6));
  }

  @Test
  void twoTemperaturesDriveACurrentWhereTheAxesAreCoupled() {
    // dx = −Hx dt + √(2 diag(T)) dW: Gaussian with HC + CH = 2 diag(T).
    double[][] h = {{1, 0.4}, {0.4, 1}};
    GridAxis axis = new GridAxis(-5, 5, 80);
    Grid2d grid = new Grid2d(axis, axis);
    JumpProcess process =
        FokkerPlanck2d.ito(
            grid,
            (x, y) -> h[0][0] * x + h[0][1] * y,
            (x, y) -> h[1][0] * x + h[1][1] * y,
            (x, y) -> 0.9,
            (x, y) -> 0.3);
    double[] p = process.stationary();
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < 80; i++) {
      for (int j = 0; j < 80; j++) {
        double weight = p[grid.cell(i, j)];
        xx += weight * axis.centre(i) * axis.centre(i);
        xy += weight * axis.centre(i) * axis.centre(j);
        yy += weight * axis.centre(j) * axis.centre(j);
      }
    }
    // C = [a c; c b]: a + 0.4c = 0.9, b + 0.4c = 0.3, 0.4(a + b) + 2c = 0.
    double c = -0.4 * 1.2 / (2 - 0.32);
    assertThat(xy).isCloseTo(c, within(0.01));
    assertThat(xx).isCloseTo(0.9 - 0.4 * c, within(0.01));
    assertThat(yy).isCloseTo(0.3 - 0.4 * c, within(0.01));
    assertThatThrownBy(() -> process.slowModes(1))
        .hasMessage("process should be in detailed balance to have relaxation modes: was not");
  }

  @Test
  void implicitStepsKeepMassPositivityAndTheLaw() {
    GridAxis axis = new GridAxis(-2, 2, 40);
    Grid2d grid = new Grid2d(axis, axis);
    for (double t : new double[] {0.5, 0.01}) {
      JumpProcess process = FokkerPlanck2d.additive(grid, (x, y) -> well(x) + y * y + x * y, t);
      double[] pi = process.stationary();
      for (double dt : new double[] {1e-4, 1, 1e8}) {
        UnaryOperator<double[]> step = process.implicitEuler(dt);
        double[] p = new double[grid.cells()];
        p[0] = 1;
        for (int s = 0; s < 5; s++) {
          p = step.apply(p);
        }
        assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-10));
        assertThat(Arrays.stream(p).min().orElseThrow()).isGreaterThanOrEqualTo(0);
        assertThat(Distances.totalVariation(step.apply(pi), pi)).isLessThan(1e-10);
      }
    }
  }

  @Test
  void refusesBadInput() {
    Grid2d grid = new Grid2d(new GridAxis(-1, 1, 4), new GridAxis(-1, 1, 4));
    assertThatThrownBy(() -> FokkerPlanck2d.additive(grid, (x, y) -> x, 0))
        .hasMessage("temperature should be finite and positive: was 0.0");
    assertThatThrownBy(() -> FokkerPlanck2d.additive(grid, (x, y) -> 1 / 0.0, 1))
        .hasMessage("energy should be finite: was Infinity");
    assertThatThrownBy(() -> FokkerPlanck2d.lossProportional(grid, (x, y) -> x, 1))
        .hasMessageStartingWith("loss should be finite and positive: was -");
    assertThatThrownBy(() -> new Grid2d(new GridAxis(0, 1, 100_000), new GridAxis(0, 1, 100_000)))
        .hasMessageContaining("was 10000000000");
  }
}
