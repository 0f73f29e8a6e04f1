package io.thermograd.simulator.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.hipparchus.special.Erf;
import org.junit.jupiter.api.Test;

class ZigguratTest {
  private static final int MANY = 10_000_000;

  @Test
  void fillGivesWhatNextWouldGive() {
    for (long seed = 0; seed < 20; seed++) {
      Ziggurat one = new Ziggurat(seed);
      Ziggurat other = new Ziggurat(seed);
      double[] filled = new double[10_000];
      other.fill(filled, 0, 1);
      other.fill(filled, 1, 1);
      other.fill(filled, 1, 700);
      other.fill(filled, 700, filled.length);
      for (double value : filled) {
        assertThat(value).isEqualTo(one.next());
      }
      assertThat(other.next()).isEqualTo(one.next());
    }
  }

  @Test
  void followsTheNormalDistributionFunction() {
    double[] x = draws(11, MANY);
    Arrays.sort(x);
    double distance = 0;
    double anderson = 0;
    for (int i = 0; i < MANY; i++) {
      double cdf = cdf(x[i]);
      distance = Math.max(distance, Math.max((i + 1.0) / MANY - cdf, cdf - (double) i / MANY));
      double survival = cdf(-x[MANY - 1 - i]);
      anderson -= (2 * i + 1.0) / MANY * (Math.log(cdf) + Math.log(survival));
    }
    // Kolmogorov: P(√n·D > 2.23) = 10⁻⁴. Anderson–Darling: P(A² > 8) < 10⁻⁴.
    assertThat(distance * Math.sqrt(MANY)).isLessThan(2.23);
    assertThat(anderson - MANY).isLessThan(8);
  }

  @Test
  void momentsToTheEighthOrderAreThoseOfTheNormal() {
    double[] moments = new double[9];
    Ziggurat random = new Ziggurat(5);
    for (int i = 0; i < MANY; i++) {
      double x = random.next();
      double power = 1;
      for (int k = 1; k <= 8; k++) {
        power *= x;
        moments[k] += power / MANY;
      }
    }
    double[] expected = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    // Var x^k = (2k−1)!! − ((k−1)!!)² for even k, (2k−1)!! for odd; 4.5 standard errors.
    double[] variance = {0, 1, 2, 15, 96, 945, 10_170, 135_135, 2_016_000};
    for (int k = 1; k <= 8; k++) {
      double tolerance = 4.5 * Math.sqrt(variance[k] / MANY);
      assertThat(moments[k]).as("moment " + k).isCloseTo(expected[k], within(tolerance));
    }
  }

  @Test
  void tailsHaveTheirMass() {
    int draws = 3 * MANY;
    double[] edges = {Ziggurat.TAIL, 4, 4.5, 5};
    int[] above = new int[edges.length];
    int[] below = new int[edges.length];
    Ziggurat random = new Ziggurat(23);
    for (int i = 0; i < draws; i++) {
      double x = random.next();
      if (Math.abs(x) > edges[0]) {
        for (int e = 0; e < edges.length; e++) {
          above[e] += x > edges[e] ? 1 : 0;
          below[e] += x < -edges[e] ? 1 : 0;
        }
      }
    }
    for (int e = 0; e < edges.length; e++) {
      double expected = draws * cdf(-edges[e]);
      // Poisson, two-sided at 4.5 sd with the skewness of the smallest count (8.6) allowed for.
      double tolerance = 4.5 * Math.sqrt(expected) + 4;
      assertThat((double) above[e]).isCloseTo(expected, within(tolerance));
      assertThat((double) below[e]).isCloseTo(expected, within(tolerance));
    }
  }

  @Test
  void neighboursAreIndependent() {
    int n = 2_000_000;
    double[] x = draws(31, n + 512);
    for (int lag : new int[] {1, 2, 3, 4, 8, 64, 255, 256, 257, 512}) {
      double product = 0;
      double squares = 0;
      double cubes = 0;
      for (int i = 0; i < n; i++) {
        double a = x[i];
        double b = x[i + lag];
        product += a * b;
        squares += (a * a - 1) * (b * b - 1);
        cubes += (a * a * a - 3 * a) * (b * b * b - 3 * b);
      }
      // Hermite polynomials: mean 0, variance k!² each; 4.5 standard errors.
      assertThat(product / n).isCloseTo(0, within(4.5 / Math.sqrt(n)));
      assertThat(squares / n).isCloseTo(0, within(4.5 * 2 / Math.sqrt(n)));
      assertThat(cubes / n).isCloseTo(0, within(4.5 * 6 / Math.sqrt(n)));
    }
  }

  @Test
  void uniformsFillTheOpenInterval() {
    Ziggurat random = new Ziggurat(3);
    int[] counts = new int[100];
    int n = 1_000_000;
    for (int i = 0; i < n; i++) {
      double u = random.nextUniform();
      assertThat(u > 0 && u < 1).isTrue();
      counts[(int) (100 * u)]++;
    }
    double chi = Arrays.stream(counts).mapToDouble(c -> (c - 1e4) * (c - 1e4) / 1e4).sum();
    assertThat(chi).isCloseTo(99, within(4 * Math.sqrt(2.0 * 99)));
  }

  @Test
  void everySeedAndEveryStreamIsNormal() {
    int n = 100_000;
    int seeds = 200;
    assertNormalAcross(seeds, n, seed -> mean(new Ziggurat(seed), n));
    assertNormalAcross(seeds, n, seed -> mean(Ziggurat.stream(1, seed), n));
  }

  /** The means' own spread over seeds should be that of a mean of n: no seed is special. */
  private static void assertNormalAcross(int seeds, int n, LongToDoubleFunction mean) {
    double[] z = LongStream.range(0, seeds).mapToDouble(mean).map(m -> m * Math.sqrt(n)).toArray();
    double chi = Arrays.stream(z).map(v -> v * v).sum();
    // χ² with as many degrees of freedom as seeds: mean ν, sd √(2ν).
    assertThat(chi).isCloseTo(seeds, within(4 * Math.sqrt(2.0 * seeds)));
    assertThat(Arrays.stream(z).distinct().count()).isEqualTo(seeds);
  }

  private static double mean(Gaussians random, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += random.next();
    }
    return sum / n;
  }

  private static double[] draws(long seed, int n) {
    double[] x = new double[n];
    new Ziggurat(seed).fill(x, 0, n);
    return x;
  }

  private static double cdf(double x) {
    return 0.5 * Erf.erfc(-x / Math.sqrt(2));
  }
}
