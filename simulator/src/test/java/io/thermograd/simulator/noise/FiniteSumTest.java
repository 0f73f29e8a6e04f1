package io.thermograd.simulator.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.Ziggurat;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FiniteSumTest {
  private static final FiniteSum SUM =
      new FiniteSum(
          new double[][] {{1, 2}, {3, 1}, {0.5, 1}, {1, 4}},
          new double[][] {{0, 1}, {1, -1}, {2, 0}, {-1, 0.5}});

  @Test
  void derivativesAgreeWithDifferences() {
    double[] x = {0.3, -0.8};
    double[] gradient = new double[2];
    double[][] hessian = new double[2][2];
    SUM.gradient(x, gradient);
    SUM.hessian(x, hessian);
    double h = 1e-4;
    for (int j = 0; j < 2; j++) {
      double[] up = x.clone();
      double[] down = x.clone();
      up[j] += h;
      down[j] -= h;
      double slope = (SUM.value(up) - SUM.value(down)) / (2 * h); // exact for a quadratic
      assertThat(gradient[j]).isCloseTo(slope, within(1e-10));
      double[] upper = new double[2];
      double[] lower = new double[2];
      SUM.gradient(up, upper);
      SUM.gradient(down, lower);
      assertThat(hessian[j][j]).isCloseTo((upper[j] - lower[j]) / (2 * h), within(1e-10));
    }
  }

  /** Every batch listed: the mean over them is 0, and their covariance is cΣ/B. */
  @Test
  void batchesHaveTheLawOfTheirEnumeration() {
    double[] x = {0.3, -0.8};
    double[] full = new double[2];
    SUM.gradient(x, full);
    double[][] deviation = new double[4][2];
    double[][] k = {{1, 2}, {3, 1}, {0.5, 1}, {1, 4}};
    double[][] c = {{0, 1}, {1, -1}, {2, 0}, {-1, 0.5}};
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 2; j++) {
        deviation[i][j] = k[i][j] * (x[j] - c[i][j]) - full[j];
      }
    }
    double[][] distinct = new double[2][2];
    double[][] any = new double[2][2];
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 4; b++) {
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 2; j++) {
            double product =
                (deviation[a][i] + deviation[b][i]) * (deviation[a][j] + deviation[b][j]) / 4;
            any[i][j] += product / 16;
            distinct[i][j] += a == b ? 0 : product / 12;
          }
        }
      }
    }
    double[][] sigma = new double[2][2];
    SUM.withReplacement().covariance(x, sigma);
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        assertThat(sigma[i][j] / 2).isCloseTo(any[i][j], within(1e-12));
        assertThat(sigma[i][j] / 2 * 2 / 3).isCloseTo(distinct[i][j], within(1e-12));
      }
    }
    assertSampled(SUM.withReplacement(), x, any);
    assertSampled(SUM.withoutReplacement(), x, distinct);
  }

  private static void assertSampled(NoiseModel noise, double[] x, double[][] expected) {
    int n = 400_000;
    double[] places = new double[2 * n];
    Arrays.fill(places, 0, n, x[0]);
    Arrays.fill(places, n, 2 * n, x[1]);
    double[] xi = new double[2 * n];
    noise.add(places, n, xi, 2, new Ziggurat(8));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        double sum = 0;
        double squares = 0;
        for (int r = 0; r < n; r++) {
          double product = xi[i * n + r] * xi[j * n + r];
          sum += product / n;
          squares += product * product / n;
        }
        assertThat(sum)
            .isCloseTo(expected[i][j], within(4.5 * Math.sqrt((squares - sum * sum) / n)));
      }
    }
  }

  @Test
  void theWholeSumHasNoNoise() {
    double[] xi = new double[2];
    SUM.withoutReplacement().add(new double[] {2, 3}, 1, xi, 4, new Ziggurat(1));
    assertThat(xi[0]).isCloseTo(0, within(1e-15));
    assertThat(xi[1]).isCloseTo(0, within(1e-15));
  }

  @Test
  void badBatchSizesAreNamed() {
    double[] x = new double[2];
    assertThatThrownBy(() -> SUM.withoutReplacement().add(x, 1, x, 5, new Ziggurat(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch size should be an integer from 1 to 4: was 5.0");
    assertThatThrownBy(() -> SUM.withReplacement().add(x, 1, x, 0.5, new Ziggurat(1)))
        .hasMessage("batch size should be an integer from 1: was 0.5");
  }
}
