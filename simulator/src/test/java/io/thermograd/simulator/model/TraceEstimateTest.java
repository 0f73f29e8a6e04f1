package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.landscape.Quadratic;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TraceEstimateTest {

  @Test
  void isExactForADiagonal() {
    SymmetricOperator a = SymmetricOperator.of(new double[][] {{3, 0, 0}, {0, -1, 0}, {0, 0, 5}});
    TraceEstimate trace = TraceEstimate.of(a, 4, 1);
    assertThat(trace.value()).isEqualTo(7);
    assertThat(trace.standardError()).isZero();
  }

  /** Over 400 seeds: mean tr A, variance 2Σ_{i≠j}A_ij²/n, and scatter that tells it. */
  @Test
  void isUnbiasedWithTheVarianceInPrint() {
    double[][] a = Quadratic.rotated(3, 9, 4, 1, 0.5, -2, 3).hessian();
    double off = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        off += i == j ? 0 : a[i][j] * a[i][j];
      }
    }
    int n = 16;
    double variance = 2 * off / n;
    double[] z = new double[400];
    double stated = 0;
    for (int s = 0; s < z.length; s++) {
      TraceEstimate trace = TraceEstimate.of(SymmetricOperator.of(a), n, s);
      z[s] = (trace.value() - 15.5) / Math.sqrt(variance);
      stated += trace.standardError() * trace.standardError() / z.length;
    }
    double mean = Arrays.stream(z).average().orElseThrow();
    double square = Arrays.stream(z).map(x -> x * x).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(3 / Math.sqrt(z.length)));
    // 3·√(2/400), and as much for the fourth moments.
    assertThat(square).isCloseTo(1, within(0.3));
    assertThat(stated / variance).isCloseTo(1, within(0.1));
  }

  @Test
  void needsAVector() {
    assertThatThrownBy(() -> TraceEstimate.of(SymmetricOperator.of(new double[1][1]), 0, 1))
        .hasMessage("vectors should be at least 1: was 0");
  }
}
