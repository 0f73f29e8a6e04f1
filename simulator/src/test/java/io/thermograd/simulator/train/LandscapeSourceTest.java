package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.random.Gaussians;
import io.thermograd.simulator.random.Ziggurat;
import org.junit.jupiter.api.Test;

class LandscapeSourceTest {

  @Test
  void everyMicroBatchHasItsOwnNoiseOfCovarianceSigmaOverB() {
    LandscapeSource source = new LandscapeSource(new Bowl(), new Diagonal(), Ziggurat.stream(3, 0));
    int steps = 20_000;
    int b = 4;
    float[] theta = {1, 2};
    float[][] g = new float[2][2];
    double[] mean = new double[2];
    double[] variance = new double[2];
    double across = 0;
    for (int s = 0; s < steps; s++) {
      source.next(2, b);
      for (int j = 0; j < 2; j++) {
        assertThat(source.gradient(j, theta, g[j])).isEqualTo(0.5 * (1 + 3 * 4));
      }
      for (int i = 0; i < 2; i++) {
        double exact = i == 0 ? 1 : 6;
        mean[i] += (g[0][i] - exact) / steps;
        variance[i] += (g[0][i] - exact) * (g[0][i] - exact) / steps;
      }
      across += (g[0][0] - 1) * (g[1][0] - 1) / steps;
    }
    // Σ/b = diag(1, 4)/4. Standard errors: √(Σ_ii/b/n), √(2/n)·Σ_ii/b = 1 %, 0.25/√n; 5 of them.
    assertThat(mean[0]).isCloseTo(0, within(5 * 0.5 / Math.sqrt(steps)));
    assertThat(mean[1]).isCloseTo(0, within(5 * 1 / Math.sqrt(steps)));
    assertThat(variance[0]).isCloseTo(0.25, within(0.05 * 0.25));
    assertThat(variance[1]).isCloseTo(1, within(0.05));
    assertThat(across).isCloseTo(0, within(5 * 0.25 / Math.sqrt(steps)));
  }

  /** ½(x² + 3y²). */
  private static final class Bowl implements Landscape {
    @Override
    public String name() {
      return "bowl";
    }

    @Override
    public int dim() {
      return 2;
    }

    @Override
    public double value(double[] x) {
      return 0.5 * (x[0] * x[0] + 3 * x[1] * x[1]);
    }

    @Override
    public void gradient(double[] x, double[] gradient) {
      gradient[0] = x[0];
      gradient[1] = 3 * x[1];
    }

    @Override
    public void hessian(double[] x, double[][] hessian) {
      hessian[0] = new double[] {1, 0};
      hessian[1] = new double[] {0, 3};
    }
  }

  /** Σ = diag(1, 4). */
  private static final class Diagonal implements NoiseModel {
    @Override
    public int dim() {
      return 2;
    }

    @Override
    public void add(
        double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
      gradients[0] += random.next() / Math.sqrt(batchSize);
      gradients[1] += 2 * random.next() / Math.sqrt(batchSize);
    }

    @Override
    public void covariance(double[] x, double[][] covariance) {
      covariance[0] = new double[] {1, 0};
      covariance[1] = new double[] {0, 4};
    }
  }
}
