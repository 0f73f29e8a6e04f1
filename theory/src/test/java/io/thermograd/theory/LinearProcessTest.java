package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Averages, the Ornstein–Uhlenbeck process and limits of stability, by closed forms. */
class LinearProcessTest {
  private static final double[][] H = {{2, 0.5}, {0.5, 1}};
  private static final double[][] N = {{1, -0.3}, {-0.3, 0.4}};

  @Test
  void theAverageForgetsTheLearningRate() {
    double[][] sandwich = AveragedIterate.sandwich(H, N);
    // H⁻¹ = [[1, −.5], [−.5, 2]]/1.75.
    double[][] inverse = {{1 / 1.75, -0.5 / 1.75}, {-0.5 / 1.75, 2 / 1.75}};
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        double expected = 0;
        for (int k = 0; k < 2; k++) {
          for (int l = 0; l < 2; l++) {
            expected += inverse[i][k] * N[k][l] * inverse[l][j];
          }
        }
        assertThat(sandwich[i][j]).isCloseTo(expected, within(1e-14));
        for (double eta : new double[] {0.01, 0.3, 0.8}) {
          long n = 100_000_000;
          assertThat(n * AveragedIterate.stationary(H, N, eta, n)[i][j])
              .isCloseTo(expected, within(1e-5));
          assertThat(n * AveragedIterate.fromFixedStart(H, N, eta, n)[i][j])
              .isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  @Test
  void oneIterateIsItsOwnAverage() {
    StationaryCovarianceTest.close(
        AveragedIterate.stationary(H, N, 0.7, 1), StationaryCovariance.sgd(H, N, 0.7));
    // From a fixed start, one update has the covariance η²N.
    double[][] first = AveragedIterate.fromFixedStart(H, N, 0.7, 1);
    assertThat(first[0][1]).isCloseTo(0.49 * N[0][1], within(1e-14));
    // θ_1 = (1 − ηκ)θ_0 and θ_2 = (1 − ηκ)²θ_0 without noise.
    assertThat(AveragedIterate.bias(new double[][] {{2}}, 0.1, new double[] {5}, 2)[0])
        .isCloseTo(5 * (0.8 + 0.64) / 2, within(1e-15));
  }

  @Test
  void transitionsForgetTheStartAndFillTheStationaryLaw() {
    double[] mean = OrnsteinUhlenbeck.transitionMean(new double[][] {{3}}, new double[] {2}, 0.5);
    assertThat(mean[0]).isCloseTo(2 * Math.exp(-1.5), within(1e-15));
    double[][] variance =
        OrnsteinUhlenbeck.transitionCovariance(new double[][] {{3}}, new double[][] {{4}}, 0.5);
    assertThat(variance[0][0]).isCloseTo(4 * (1 - Math.exp(-3)) / 6, within(1e-15));
    StationaryCovarianceTest.close(
        OrnsteinUhlenbeck.transitionCovariance(H, N, 100),
        OrnsteinUhlenbeck.stationaryCovariance(H, N));
    assertThat(OrnsteinUhlenbeck.autocorrelation(3, 0.5)).isEqualTo(StrictMath.exp(-1.5));
    // Eigenvalues of H: (3 ± √2)/2.
    assertThat(OrnsteinUhlenbeck.gap(H)).isCloseTo((3 - Math.sqrt(2)) / 2, within(1e-14));
  }

  @Test
  void twoTransitionsMakeOne() {
    // Chapman–Kolmogorov: C(s+t) = C(t) + e^{−Ht}C(s)e^{−Ht}, in one direction of a saddle too.
    for (double k : new double[] {2, 0, -1.5}) {
      double[][] h = {{k}};
      double[][] q = {{0.9}};
      double s = OrnsteinUhlenbeck.transitionCovariance(h, q, 0.3)[0][0];
      double t = OrnsteinUhlenbeck.transitionCovariance(h, q, 0.8)[0][0];
      assertThat(OrnsteinUhlenbeck.transitionCovariance(h, q, 1.1)[0][0])
          .isCloseTo(t + s * Math.exp(-2 * k * 0.8), within(1e-12));
    }
  }

  @Test
  void theEdgeOfStabilityIsWhereTheRecursionStopsContracting() {
    for (double beta : new double[] {0, 0.3, 0.9}) {
      assertThat(radius(false, 0.999 / StabilityLimit.heavyBall(1, beta, 1), beta)).isLessThan(1);
      assertThat(radius(false, 1.001 / StabilityLimit.heavyBall(1, beta, 1), beta))
          .isGreaterThan(1);
      assertThat(radius(true, 0.999 / StabilityLimit.nesterov(1, beta, 1), beta)).isLessThan(1);
      assertThat(radius(true, 1.001 / StabilityLimit.nesterov(1, beta, 1), beta)).isGreaterThan(1);
    }
    assertThat(StabilityLimit.sgd(0.1, 20)).isEqualTo(1);
    assertThat(StabilityLimit.heavyBall(0.1, 0.9, 38)).isCloseTo(1, within(1e-15));
    // 38/η at β₁ = 0.9, the value found for Adam in practice.
    assertThat(StabilityLimit.adam(0.1, 0.9, 380)).isCloseTo(1, within(1e-15));
  }

  /** Growth per step of momentum without noise, by running it. */
  private static double radius(boolean nesterov, double step, double beta) {
    double theta = 1;
    double v = 0.1;
    double early = 0;
    int steps = 40_000;
    for (int i = 0; i < 2 * steps; i++) {
      v = beta * v - step * theta;
      theta = nesterov ? theta + beta * v - step * theta : theta + v;
      double size = Math.hypot(theta, v);
      if (i == steps) {
        early = size;
      }
      if (size > 1e100) {
        return 2;
      }
      if (size < 1e-100) {
        return 0;
      }
    }
    return Math.pow(Math.hypot(theta, v) / early, 1.0 / steps);
  }
}
