package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against scipy's solvers on the whole matrices; the fixture's script says how. */
class StationaryCovarianceTest {
  private static final List<Fixture> CASES = Fixture.read("stationary-fixture.txt");
  private static final double[][] H = {{2, 0.5}, {0.5, 1}};
  private static final double[][] N = {{1, -0.3}, {-0.3, 0.4}};

  @Test
  void agreesWithScipy() {
    for (Fixture f : CASES) {
      double[][] h = f.matrix("hessian");
      double[][] n = f.matrix("noise");
      double eta = f.parameters()[1];
      double beta = f.parameters()[2];
      close(StationaryCovariance.continuous(h, n, eta), f.matrix("continuous"));
      close(StationaryCovariance.sgd(h, n, eta), f.matrix("sgd"));
      close(StationaryCovariance.heavyBallFull(h, n, eta, beta), f.matrix("heavyBall"));
      close(StationaryCovariance.nesterovFull(h, n, eta, beta), f.matrix("nesterov"));
    }
  }

  @Test
  void laggedCovarianceAgreesWithScipy() {
    for (Fixture f : CASES) {
      double[][] h = f.matrix("hessian");
      double[][] n = f.matrix("noise");
      double eta = f.parameters()[1];
      double beta = f.parameters()[2];
      int lag = (int) f.parameters()[3];
      double time = f.parameters()[4];
      close(Autocovariance.continuous(h, n, eta, time), f.matrix("continuousLagged"));
      close(Autocovariance.sgd(h, n, eta, lag), f.matrix("sgdLagged"));
      close(Autocovariance.heavyBall(h, n, eta, beta, lag), f.matrix("heavyBallLagged"));
      close(Autocovariance.nesterov(h, n, eta, beta, lag), f.matrix("nesterovLagged"));
    }
  }

  @Test
  void averagesOfTwelveIteratesAgreeWithTheSumOverAllPairsOfTimes() {
    for (Fixture f : CASES) {
      double[][] h = f.matrix("hessian");
      double[][] n = f.matrix("noise");
      double eta = f.parameters()[1];
      close(AveragedIterate.stationary(h, n, eta, 12), f.matrix("averageStationary"));
      // The finite sums lose (nηκ)² in precision: 12·0.02·0.001 in the worst case here.
      double[][] fixed = AveragedIterate.fromFixedStart(h, n, eta, 12);
      double[][] expected = f.matrix("averageFixed");
      for (int i = 0; i < fixed.length; i++) {
        for (int j = 0; j < fixed.length; j++) {
          assertThat(fixed[i][j]).isCloseTo(expected[i][j], within(1e-6 * expected[i][i]));
        }
      }
    }
  }

  @Test
  void oneDirectionHasTheClosedForm() {
    for (double beta : new double[] {0, 0.5, 0.99}) {
      double[][] full =
          StationaryCovariance.heavyBallFull(
              new double[][] {{3}}, new double[][] {{0.7}}, 0.2, beta);
      assertThat(full[0][0])
          .isCloseTo(StationaryCovariance.variance(3, 0.7, 0.2, beta), within(1e-12));
      // Stationary increments: Var v = 2(Cov(θ,θ) − Cov(θ_t,θ_{t+1})), and θ·v has mean ½Var v.
      assertThat(full[0][1]).isCloseTo(full[1][1] / 2, within(1e-12));
    }
    assertThat(StationaryCovariance.variance(3, 0.7, 0.2, 0))
        .isCloseTo(0.2 * 0.7 / (3 * (2 - 0.6)), within(1e-15));
  }

  @Test
  void solvesItsEquationWhenNothingCommutes() {
    double eta = 0.6;
    double[][] c = StationaryCovariance.sgd(H, N, eta);
    double[][] hc = product(H, c);
    double[][] hch = product(hc, H);
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        assertThat(hc[i][j] + hc[j][i] - eta * hch[i][j]).isCloseTo(eta * N[i][j], within(1e-14));
      }
    }
  }

  @Test
  void isNotTheSandwichThatIsOftenQuoted() {
    // H = diag(1, 4), N = I: C = η/(κ(2−ηκ)), half of η/κ for small η, never η/κ².
    double[][] c =
        StationaryCovariance.sgd(
            new double[][] {{1, 0}, {0, 4}}, new double[][] {{1, 0}, {0, 1}}, 1e-3);
    assertThat(c[1][1] / (1e-3 / 4)).isCloseTo(0.5, within(2e-3));
    assertThat(c[1][1] / (1e-3 / 16)).isGreaterThan(1.9);
  }

  @Test
  void discreteTimeTendsToContinuousTimeAsTheStepsShrink() {
    double[][] momentum = StationaryCovariance.heavyBall(H, N, 1e-6, 0.9);
    double[][] nesterov = StationaryCovariance.nesterov(H, N, 1e-6, 0.9);
    double[][] limit = StationaryCovariance.continuous(H, N, 1e-5);
    // Corrections are of relative order η_eff·κ = 2·10⁻⁵.
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        assertThat(momentum[i][j]).isCloseTo(limit[i][j], within(1e-4 * limit[0][0]));
        assertThat(nesterov[i][j]).isCloseTo(limit[i][j], within(1e-4 * limit[0][0]));
      }
    }
  }

  @Test
  void noMomentumIsPlainDescent() {
    double[][] sgd = StationaryCovariance.sgd(H, N, 0.4);
    close(StationaryCovariance.heavyBall(H, N, 0.4, 0), sgd);
    close(StationaryCovariance.nesterov(H, N, 0.4, 0), sgd);
    assertThat(StationaryCovariance.excessLoss(H, sgd))
        .isCloseTo((2 * sgd[0][0] + 2 * 0.5 * sgd[0][1] + sgd[1][1]) / 2, within(1e-15));
  }

  @Test
  void batchNoiseScales() {
    assertThat(StationaryCovariance.batchNoise(N, 0.5, 10)[0][1]).isCloseTo(-0.015, within(1e-17));
  }

  @Test
  void refusesWhatHasNoStationaryLaw() {
    double[][] one = {{1}};
    refused(() -> StationaryCovariance.sgd(new double[][] {{2}}, one, 1), "stability", "1.0");
    refused(() -> StationaryCovariance.sgd(new double[][] {{2}}, one, 1.5), "1.5");
    refused(() -> StationaryCovariance.heavyBall(one, one, 3, 0.5), "1.0");
    refused(() -> StationaryCovariance.nesterov(one, one, 1.5, 0.5), "1.0");
    refused(() -> StationaryCovariance.sgd(new double[][] {{-2}}, one, 0.1), "Hessian", "-2.0");
    refused(() -> StationaryCovariance.sgd(one, new double[][] {{-3}}, 0.1), "noise", "-3.0");
    refused(() -> StationaryCovariance.sgd(H, one, 0.1), "noise", "2", "1");
    refused(() -> StationaryCovariance.sgd(one, one, -0.1), "learning rate", "-0.1");
    refused(() -> StationaryCovariance.heavyBall(one, one, 0.1, 1), "momentum", "1.0");
    refused(() -> Autocovariance.sgd(one, one, 0.1, -1), "lag", "-1");
    refused(() -> AveragedIterate.stationary(one, one, 0.1, 0), "iterates", "0");
    refused(() -> StationaryCovariance.batchNoise(one, 1, 0), "batch size", "0.0");
  }

  static void close(double[][] actual, double[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    double largest = 0;
    for (double[] row : expected) {
      for (double x : row) {
        largest = Math.max(largest, Math.abs(x));
      }
    }
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected.length; j++) {
        assertThat(actual[i][j]).isCloseTo(expected[i][j], within(1e-10 * largest));
      }
    }
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        for (int k = 0; k < a.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
