package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Against the spectrum of the Fokker–Planck operator on a grid, and closed forms. */
class SpectralGapTest {

  @Test
  void aQuadraticAttainsBothBoundsAtAnyTemperature() {
    for (double t : new double[] {0.05, 0.3, 2}) {
      double width = 9 * Math.sqrt(t / 1.7);
      double exact = gap(x -> 0.85 * x * x, t, width, 3000);
      assertThat(exact).isCloseTo(SpectralGap.convexLowerBound(1.7), within(2e-3));
      assertThat(SpectralGap.varianceUpperBound(t, t / 1.7)).isCloseTo(1.7, within(1e-15));
    }
  }

  @Test
  void convexityBoundsTheGapFromBelowWhateverTheTemperature() {
    // U = x²/2 + x⁴ has m = 1.
    for (double t : new double[] {0.01, 0.3, 3}) {
      double width = 9 * Math.min(Math.sqrt(t), Math.pow(t, 0.25));
      assertThat(gap(x -> x * x / 2 + x * x * x * x, t, width, 1500)).isGreaterThan(1);
    }
  }

  @Test
  void theDoubleWellLiesBetweenItsBoundsAndTendsToTheSumOfRates() {
    DoubleUnaryOperator well = x -> (x * x - 1) * (x * x - 1);
    double previous = Double.NaN;
    for (double t : new double[] {0.2, 0.1, 0.05}) {
      double exact = gap(well, t, 2.2, 2000);
      double time = EscapeTime.kramers(8, 4, 1, t);
      double error = exact / SpectralGap.doubleWell(time, time) - 1;
      assertThat(Math.abs(error)).isLessThan(t);
      if (!Double.isNaN(previous)) {
        assertThat(Math.abs(error)).isLessThan(0.6 * Math.abs(previous));
      }
      previous = error;
      // U = V + φ: V = x² − 5/4 and φ = (x² − 3/2)² for x² ≤ 3/2, V = U beyond. V′ is continuous,
      // V″ ≥ 2 everywhere, and φ is between 0 and 9/4.
      assertThat(exact).isGreaterThan(SpectralGap.perturbedLowerBound(2, 2.25, t));
      double variance = Occupation1d.gibbs(well, t, -2.2, 2.2).variance();
      assertThat(exact).isLessThan(SpectralGap.varianceUpperBound(t, variance));
    }
  }

  @Test
  void timesFollowFromTheGap() {
    assertThat(SpectralGap.relaxationTime(0.5)).isEqualTo(2);
    // χ² falls as e^{−2·gap·t}.
    double time = SpectralGap.mixingTime(0.5, 9, 0.01);
    assertThat(9 * Math.exp(-2 * 0.5 * time)).isCloseTo(1e-4, within(1e-15));
    assertThat(SpectralGap.mixingTime(0.5, 1e-9, 0.01)).isZero();
    assertThat(SpectralGap.twoState(0.3, 0.2)).isEqualTo(0.5);
  }

  @Test
  void perStepTheSteepestDirectionMayBeTheSlowest() {
    assertThat(SpectralGap.perStep(0.1, 1, 5)).isCloseTo(0.1, within(1e-16));
    assertThat(SpectralGap.perStep(0.1, 1, 19.5)).isCloseTo(0.05, within(1e-15));
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> SpectralGap.convexLowerBound(0), "convexity", "0.0");
    refused(() -> SpectralGap.perturbedLowerBound(1, -1, 1), "oscillation", "-1.0");
    refused(() -> SpectralGap.perturbedLowerBound(1, 1, 0), "temperature", "0.0");
    refused(() -> SpectralGap.perStep(0.1, 2, 1), "largest curvature", "1.0");
    refused(() -> SpectralGap.perStep(0.1, 2, 20), "stability limit", "1.0");
    refused(() -> SpectralGap.twoState(-1, 1), "rate forth", "-1.0");
  }

  private static double gap(DoubleUnaryOperator energy, double t, double half, int cells) {
    return FokkerPlanck1d.additive(new GridAxis(-half, half, cells), energy, t).slowModes(1).gap();
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
