package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Landscape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SphereLangevinTest {
  private static final int REPLICAS = 20_000;

  @Test
  void withoutEnergyEveryDirectionIsEquallyLikely() {
    // Archimedes: a coordinate on S² is uniform on [−1, 1]; on S³ its square has mean ¼.
    SphereLangevin sphere =
        SphereLangevin.at(new Field(0, 0, 0), 1, 0.2, new double[] {0, 0, 1}, REPLICAS, 4);
    sphere.step(100);
    for (int i = 0; i < 3; i++) {
      double[] z = Arrays.copyOfRange(sphere.positions(), i * REPLICAS, (i + 1) * REPLICAS);
      assertThat(Samples.kolmogorov(z, v -> (v + 1) / 2)).isLessThan(Samples.KOLMOGOROV);
    }
  }

  @Test
  void spreadsWithTheRateOfTheLaplacian() {
    // Coordinates are eigenfunctions of the Laplacian: E x_t = e^(−(d−1)Tt) x_0.
    double temperature = 0.5;
    double h = 0.002;
    SphereLangevin sphere =
        SphereLangevin.at(
            new Field(0, 0, 0, 0), temperature, h, new double[] {0, 0, 0, 1}, REPLICAS, 4);
    sphere.step(200);
    double mean = Arrays.stream(sphere.positions(), 3 * REPLICAS, 4 * REPLICAS).average().orElse(0);
    // Standard error below 0.5/√n = 0.0035; the discretisation's is of order h.
    assertThat(mean).isCloseTo(Math.exp(-3 * temperature * 0.4), within(0.018));
  }

  @Test
  void inAFieldItIsVonMisesAndFishers() {
    double kappa = 2;
    double temperature = 0.5;
    SphereLangevin sphere =
        SphereLangevin.at(
            new Field(0, 0, kappa * temperature),
            temperature,
            0.004,
            new double[] {1, 0, 0},
            REPLICAS,
            9);
    sphere.step(2_000); // 8 units of time, the slowest rate is above 1
    double[] z = Arrays.copyOfRange(sphere.positions(), 2 * REPLICAS, 3 * REPLICAS);
    assertThat(
            Samples.kolmogorov(
                z,
                v ->
                    (Math.exp(kappa * v) - Math.exp(-kappa))
                        / (Math.exp(kappa) - Math.exp(-kappa))))
        .isLessThan(Samples.KOLMOGOROV);
  }

  @Test
  void staysOnTheSphere() {
    SphereLangevin sphere =
        SphereLangevin.at(new Field(3, -5), 1, 0.1, new double[] {0.6, 0.8}, 100, 1);
    sphere.step(1_000);
    for (int r = 0; r < 100; r++) {
      assertThat(Math.hypot(sphere.positions()[r], sphere.positions()[100 + r]))
          .isCloseTo(1, within(1e-15));
    }
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> SphereLangevin.at(new Field(0, 0), 1, 0.1, new double[] {1, 1}, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("norm of start should be 1: was 1.41");
  }

  /** −field·x. */
  private record Field(double... field) implements Landscape {
    @Override
    public String name() {
      return "field";
    }

    @Override
    public int dim() {
      return field.length;
    }

    @Override
    public double value(double[] x) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum -= field[i] * x[i];
      }
      return sum;
    }

    @Override
    public void gradient(double[] x, double[] gradient) {
      for (int i = 0; i < x.length; i++) {
        gradient[i] = -field[i];
      }
    }

    @Override
    public void hessian(double[] x, double[][] hessian) {
      for (double[] row : hessian) {
        Arrays.fill(row, 0);
      }
    }
  }
}
