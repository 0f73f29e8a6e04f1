package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MetropolisLangevinTest {
  private static final int REPLICAS = 40_000;
  private static final Landscape WELLS = DoubleWell.line();

  @Test
  void followsGibbsAtTimeStepsWhereTheUnadjustedStepDoesNot() {
    double temperature = 0.5;
    double h = 0.1;
    MetropolisLangevin adjusted =
        MetropolisLangevin.at(WELLS, temperature, h, new double[] {1}, REPLICAS, 5);
    LangevinEnsemble unadjusted =
        LangevinEnsemble.at(WELLS, temperature, h, new double[] {1}, REPLICAS, 5);
    adjusted.step(400); // 40 units of time; the slowest relaxes in about 3
    unadjusted.step(400);
    var gibbs = Samples.cdf(x -> Math.exp(-WELLS.value(new double[] {x}) / temperature), -3.5, 3.5);
    assertThat(Samples.kolmogorov(adjusted.positions(), gibbs)).isLessThan(Samples.KOLMOGOROV);
    assertThat(Samples.kolmogorov(unadjusted.positions(), gibbs)).isGreaterThan(4);
    assertThat(adjusted.acceptanceRate()).isBetween(0.6, 0.95);
  }

  @Test
  void varianceOfAQuadraticIsUnbiasedEvenBeyondTheStabilityLimit() {
    double[] kappa = {1, 6};
    MetropolisLangevin ensemble =
        MetropolisLangevin.at(Quadratic.diagonal(kappa), 2, 0.4, new double[2], REPLICAS, 8);
    ensemble.step(500); // ηκ = 2.4: Langevin without the test would diverge
    for (int i = 0; i < 2; i++) {
      assertThat(Samples.meanSquare(ensemble.positions(), REPLICAS, i) * kappa[i] / 2)
          .isCloseTo(1, within(4.5 * Math.sqrt(2.0 / REPLICAS)));
    }
  }

  @Test
  void acceptanceOnAGaussianIsThatOfQuadrature() {
    // Expected min(1, ratio) over x from the Gibbs law and z, by a double sum (independent of the
    // kernel's algebra: the proposal's density is written out).
    double h = 0.7;
    double sum = 0;
    double weight = 0;
    double d = 0.02;
    for (double x = -6; x <= 6; x += d) {
      for (double z = -6; z <= 6; z += d) {
        double y = x - h * x + Math.sqrt(2 * h) * z;
        double forth = Math.exp(-(y - x + h * x) * (y - x + h * x) / (4 * h));
        double back = Math.exp(-(x - y + h * y) * (x - y + h * y) / (4 * h));
        double ratio = Math.exp((x * x - y * y) / 2) * back / forth;
        double w = Math.exp(-x * x / 2 - z * z / 2);
        sum += w * Math.min(1, ratio);
        weight += w;
      }
    }
    MetropolisLangevin ensemble =
        MetropolisLangevin.at(Quadratic.diagonal(1), 1, h, new double[1], REPLICAS, 3);
    ensemble.step(300);
    assertThat(ensemble.acceptanceRate()).isCloseTo(sum / weight, within(0.002));
  }

  @Test
  void proposalsWithoutValueAreRefused() {
    Landscape cliff =
        new Landscape() {
          @Override
          public String name() {
            return "cliff";
          }

          @Override
          public int dim() {
            return 1;
          }

          @Override
          public double value(double[] x) {
            return x[0] > 0 ? Double.NaN : 0;
          }

          @Override
          public void gradient(double[] x, double[] gradient) {
            gradient[0] = x[0] > 0 ? Double.POSITIVE_INFINITY : 0;
          }

          @Override
          public void hessian(double[] x, double[][] hessian) {
            hessian[0][0] = 0;
          }
        };
    MetropolisLangevin ensemble =
        MetropolisLangevin.at(cliff, 1, 0.1, new double[] {-0.01}, 100, 3);
    ensemble.step(100);
    assertThat(Arrays.stream(ensemble.positions()).max().orElseThrow()).isLessThanOrEqualTo(0);
  }

  @Test
  void theGroupingOfStepsDoesNotMatter() {
    MetropolisLangevin together = MetropolisLangevin.at(WELLS, 1, 0.1, new double[1], 1_000, 2);
    MetropolisLangevin apart = MetropolisLangevin.at(WELLS, 1, 0.1, new double[1], 1_000, 2);
    together.step(30);
    apart.step(11);
    apart.step(19);
    assertThat(apart.positions()).isEqualTo(together.positions());
    assertThat(apart.acceptanceRate()).isEqualTo(together.acceptanceRate());
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> MetropolisLangevin.at(WELLS, 0, 0.1, new double[1], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature should be positive and finite: was 0.0");
  }
}
