package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DistancesTest {
  private static final double[] P = {0.5, 0.25, 0.25, 0};
  private static final double[] Q = {0.25, 0.25, 0.25, 0.25};

  @Test
  void knownValues() {
    // ½ log 2 + 2·0 = ; Σ over support of P.
    assertThat(Distances.kullbackLeibler(P, Q)).isCloseTo(0.5 * Math.log(2), within(1e-15));
    assertThat(Distances.kullbackLeibler(Q, P)).isInfinite();
    assertThat(Distances.totalVariation(P, Q)).isEqualTo(0.25);
    // Bhattacharyya coefficient √(1/8) + 1/2; H² = 1 − BC.
    assertThat(Distances.hellinger(P, Q))
        .isCloseTo(Math.sqrt(0.5 - Math.sqrt(0.125)), within(1e-15));
    assertThat(Distances.kullbackLeibler(P, P)).isEqualTo(0);
    assertThat(Distances.hellinger(new double[] {1, 0}, new double[] {0, 1})).isEqualTo(1);
  }

  @Test
  void nearlyEqualDistributionsDoNotCancel() {
    // KL of (½+δ, ½−δ) from (½, ½) is 2δ² + O(δ⁴).
    double delta = 1e-9;
    assertThat(
            Distances.kullbackLeibler(
                new double[] {0.5 + delta, 0.5 - delta}, new double[] {0.5, 0.5}))
        .isCloseTo(2 * delta * delta, within(1e-6 * delta * delta));
  }

  @Test
  void probabilitiesMayBeSubnormal() {
    assertThat(
            Distances.kullbackLeibler(
                new double[] {1, Double.MIN_VALUE}, new double[] {Double.MIN_VALUE, 1}))
        .isCloseTo(-Math.log(Double.MIN_VALUE), within(1e-9));
  }

  @Test
  void inequalitiesHold() {
    Random random = new Random(3);
    for (int trial = 0; trial < 200; trial++) {
      double[] p = normalized(random, 1 + trial % 30);
      double[] q = normalized(random, p.length);
      double tv = Distances.totalVariation(p, q);
      double hellinger = Distances.hellinger(p, q);
      assertThat(tv).isLessThanOrEqualTo(1 + 1e-15);
      assertThat(tv * tv).isLessThanOrEqualTo(Distances.kullbackLeibler(p, q) / 2 + 1e-15);
      assertThat(hellinger * hellinger).isLessThanOrEqualTo(tv + 1e-15);
      assertThat(tv).isLessThanOrEqualTo(Math.sqrt(2) * hellinger + 1e-15);
    }
  }

  private static double[] normalized(Random random, int n) {
    double[] p = random.doubles(n).map(u -> Math.pow(u, 6)).toArray();
    double sum = 0;
    for (double v : p) {
      sum += v;
    }
    for (int i = 0; i < n; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void samplingAloneMovesAHistogramByTheStatedDistance() {
    // Enumerated: E|k/n − q| over the binomial law, cell by cell.
    double[] q = {0.5, 0.3, 0.15, 0.04, 0.0099, 0.0001};
    int n = 60;
    double expected = 0;
    for (double v : q) {
      double probability = Math.pow(1 - v, n);
      for (int k = 0; k <= n; k++) {
        expected += 0.5 * probability * Math.abs(k / (double) n - v);
        probability *= (n - k) / (k + 1.0) * v / (1 - v);
      }
    }
    assertThat(Distances.sampledTotalVariation(q, n)).isCloseTo(expected, within(1e-12));
    assertThat(Distances.sampledTotalVariation(new double[] {0.5, 0.5}, 1))
        .isCloseTo(0.5, within(1e-14));
    assertThat(Distances.sampledTotalVariation(new double[] {1}, 5)).isEqualTo(0);
    double[] fair = {0.25, 0.25, 0.25, 0.25};
    assertThat(Distances.sampledTotalVariation(fair, 10_000_000))
        .isCloseTo(0.5 * 4 * Math.sqrt(2 * 0.1875 / (Math.PI * 1e7)), within(1e-9));
    assertThat(Distances.sampledKullbackLeibler(fair, 1000)).isEqualTo(0.0015);
  }

  @Test
  void refusesWhatIsNoDistribution() {
    assertThatThrownBy(() -> Distances.totalVariation(P, new double[] {0.5, 0.5}))
        .hasMessage("q should have 4 elements: had 2");
    assertThatThrownBy(() -> Distances.hellinger(new double[] {-0.5, 1.5}, P))
        .hasMessage("p[0] should be finite and not negative: was -0.5");
    assertThatThrownBy(
            () -> Distances.kullbackLeibler(new double[] {0.5, 0.4}, new double[] {0.5, 0.5}))
        .hasMessage("p should be 1 in sum: was 0.9");
    assertThatThrownBy(() -> Distances.hellinger(new double[] {Double.NaN}, new double[] {1}))
        .hasMessage("p[0] should be finite and not negative: was NaN");
    assertThatThrownBy(() -> Distances.hellinger(new double[0], new double[0]))
        .hasMessage("p should be 1 in sum: was 0.0");
    assertThatThrownBy(() -> Distances.sampledKullbackLeibler(P, 0))
        .hasMessage("draws should be at least 1: was 0");
  }
}
