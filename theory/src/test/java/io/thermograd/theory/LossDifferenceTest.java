package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LossDifferenceTest {

  @Test
  void isTheDifferenceOfTheMeans() {
    Random random = new Random(1);
    double sum = 0;
    double largest = 1;
    double deviation = 0;
    int n = 20_000;
    for (int k = 0; k < n; k++) {
      double loss = random.nextDouble();
      if (k > 0) {
        double change = Math.abs((sum + loss) / (k + 1) - sum / k);
        assertThat(LossDifference.exact(loss, sum / k, k)).isCloseTo(change, within(1e-15));
        assertThat(change).isLessThanOrEqualTo(LossDifference.bound(largest, k) + 1e-15);
        deviation += LossDifference.exact(loss, sum / k, k) * (k + 1) / n;
      }
      sum += loss;
    }
    // Uniform losses have mean absolute deviation 1/4.
    assertThat(deviation).isCloseTo(0.25, within(0.005));
    assertThat(LossDifference.expected(0.25, 99)).isEqualTo(0.0025);
  }

  @Test
  void holdsForQuadraticsAroundACommonMinimum() {
    // ℓ_i = m_i + ½h_i·x² with |x| ≤ R: the assumption under which the bound is printed.
    Random random = new Random(2);
    for (int round = 0; round < 500; round++) {
      double radius = 3 * random.nextDouble();
      double x = radius * (2 * random.nextDouble() - 1);
      double sum = 0;
      for (int k = 0; k < 20; k++) {
        double loss = 2 * random.nextDouble() + 0.5 * 5 * random.nextDouble() * x * x;
        if (k > 0) {
          assertThat(LossDifference.exact(loss, sum / k, k))
              .isLessThanOrEqualTo(LossDifference.bound(2, 5, radius, k));
        }
        sum += loss;
      }
    }
  }

  @Test
  void sufficientExamplesAreTheFirstThatSuffice() {
    for (double tolerance : new double[] {1e-3, 0.03, 0.7, 4}) {
      double k = LossDifference.sufficientExamples(2.5, tolerance);
      assertThat(LossDifference.expected(2.5, (long) k)).isLessThanOrEqualTo(tolerance);
      if (k > 0) {
        assertThat(LossDifference.expected(2.5, (long) k - 1)).isGreaterThan(tolerance);
      }
    }
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> LossDifference.exact(Double.NaN, 0, 1), "next loss", "NaN");
    refused(() -> LossDifference.exact(0, 0, -1), "k", "-1");
    refused(() -> LossDifference.bound(-1, 0, 0, 1), "largest loss", "-1.0");
    refused(() -> LossDifference.bound(1, 1, -2, 1), "radius", "-2.0");
    refused(() -> LossDifference.sufficientExamples(1, 0), "tolerance", "0.0");
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
