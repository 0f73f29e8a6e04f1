package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import org.junit.jupiter.api.Test;

/**
 * What the two within-step statistics estimate, by going through every possible step of a small
 * population: n = 6 vectors of length 3, m = 2 micro-batches of b = 2.
 *
 * <p>D = b/(m−1) Σ_j‖g_j − ḡ‖² and I = (m‖ḡ‖² − mean_j‖g_j‖²)/(m−1), the mean of g_i·g_j over i ≠
 * j. For independent draws E D = tr Σ and E I = ‖G‖². When the B examples of a step are distinct,
 * two micro-batches have covariance −Σ/(n−1), so E D = tr Σ·n/(n−1), whatever B, and E I = ‖G‖² −
 * tr Σ/(n−1).
 */
class MicroBatchMomentsTest {
  private static final int N = 6;
  private static final int DIM = 3;
  private static final int M = 2;
  private static final int B = 2;
  private static final double[][] EXAMPLES = examples();

  private double scatter;
  private double product;
  private int steps;

  @Test
  void distinctExamples() {
    enumerate(new int[M * B], 0, true);
    assertThat(steps).isEqualTo(6 * 5 * 4 * 3);
    double trace = trace();
    assertThat(scatter / steps).isCloseTo(trace * N / (N - 1), within(1e-12 * trace));
    assertThat(product / steps).isCloseTo(meanSqnorm() - trace / (N - 1), within(1e-12 * trace));
    // The finite-population factor of ḡ, (n−B)/(n−1), is not the one of D.
    assertThat(scatter / steps).isGreaterThan(2 * trace * (N - M * B) / (N - 1));
  }

  @Test
  void independentDraws() {
    enumerate(new int[M * B], 0, false);
    assertThat(steps).isEqualTo(6 * 6 * 6 * 6);
    double trace = trace();
    assertThat(scatter / steps).isCloseTo(trace, within(1e-12 * trace));
    assertThat(product / steps).isCloseTo(meanSqnorm(), within(1e-12 * trace));
  }

  private void enumerate(int[] step, int filled, boolean distinct) {
    if (filled == step.length) {
      add(step);
      return;
    }
    for (int i = 0; i < N; i++) {
      boolean used = false;
      for (int j = 0; j < filled; j++) {
        used |= step[j] == i;
      }
      if (!(used && distinct)) {
        step[filled] = i;
        enumerate(step, filled + 1, distinct);
      }
    }
  }

  private void add(int[] step) {
    double[][] g = new double[M][DIM];
    double[] mean = new double[DIM];
    for (int e = 0; e < step.length; e++) {
      for (int d = 0; d < DIM; d++) {
        g[e / B][d] += EXAMPLES[step[e]][d] / B;
        mean[d] += EXAMPLES[step[e]][d] / (M * B);
      }
    }
    double spread = 0;
    double squares = 0;
    for (double[] gj : g) {
      for (int d = 0; d < DIM; d++) {
        spread += (gj[d] - mean[d]) * (gj[d] - mean[d]);
        squares += gj[d] * gj[d] / M;
      }
    }
    scatter += B * spread / (M - 1);
    product += (M * sqnorm(mean) - squares) / (M - 1);
    steps++;
  }

  private static double trace() {
    double[] mean = mean();
    double sum = 0;
    for (double[] g : EXAMPLES) {
      for (int d = 0; d < DIM; d++) {
        sum += (g[d] - mean[d]) * (g[d] - mean[d]) / N;
      }
    }
    return sum;
  }

  private static double meanSqnorm() {
    return sqnorm(mean());
  }

  private static double[] mean() {
    double[] mean = new double[DIM];
    for (double[] g : EXAMPLES) {
      for (int d = 0; d < DIM; d++) {
        mean[d] += g[d] / N;
      }
    }
    return mean;
  }

  private static double sqnorm(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }

  private static double[][] examples() {
    SplitMix64 random = new SplitMix64(42);
    double[][] examples = new double[N][DIM];
    for (double[] g : examples) {
      for (int d = 0; d < DIM; d++) {
        g[d] = random.nextGaussian() + 0.3;
      }
    }
    return examples;
  }
}
