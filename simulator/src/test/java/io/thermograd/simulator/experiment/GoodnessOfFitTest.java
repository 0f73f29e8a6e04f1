package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import org.junit.jupiter.api.Test;

class GoodnessOfFitTest {

  @Test
  void putsCellsTogetherUntilTheyExpectEnough() {
    double[] law = {0.001, 0.001, 0.5, 0.49, 0.004, 0.004};
    GoodnessOfFit fit = new GoodnessOfFit(law, new long[] {1, 1, 500, 490, 4, 4}, 10);
    // {0, 1, 2}, {3} and what is left.
    assertThat(fit.cells()).isEqualTo(2);
    Row row = fit.divergence("x", 0);
    assertThat(row.predicted()).isEqualTo(1 / 2000.0);
    assertThat(row.measured().value()).isCloseTo(0, within(1e-15));
  }

  @Test
  void drawsFromTheLawHaveThePredictedDistances() {
    int trials = 400;
    double[] law = new double[20];
    for (int i = 0; i < law.length; i++) {
      law[i] = (i + 1) / 210.0;
    }
    double divergence = 0;
    double variation = 0;
    int failures = 0;
    double predictedDivergence = Double.NaN;
    double predictedVariation = Double.NaN;
    for (int trial = 0; trial < trials; trial++) {
      GoodnessOfFit fit = new GoodnessOfFit(law, draw(law, 5000, trial), 20);
      Row first = fit.divergence("divergence", 0);
      Row second = fit.totalVariation("variation", 0);
      divergence += first.measured().value() / trials;
      variation += second.measured().value() / trials;
      predictedDivergence = first.predicted();
      predictedVariation = second.predicted();
      failures += first.verdict() == Row.Verdict.FAIL ? 1 : 0;
      failures += second.verdict() == Row.Verdict.FAIL ? 1 : 0;
    }
    // χ² with 19 degrees of freedom: a relative sd of √(2/19) = 0.32, 0.016 over 400 trials.
    assertThat(divergence / predictedDivergence).isCloseTo(1, within(0.06));
    assertThat(variation / predictedVariation).isCloseTo(1, within(0.03));
    assertThat(failures).isLessThanOrEqualTo(2);
  }

  @Test
  void anotherLawIsNoticed() {
    double[] law = {0.25, 0.25, 0.25, 0.25};
    double[] other = {0.27, 0.25, 0.25, 0.23};
    GoodnessOfFit fit = new GoodnessOfFit(law, draw(other, 100_000, 1), 20);
    assertThat(fit.divergence("divergence", 0).verdict()).isEqualTo(Row.Verdict.FAIL);
    assertThat(fit.totalVariation("variation", 0).verdict()).isEqualTo(Row.Verdict.FAIL);
    // (0.02² · 4 · 2)/2 = 0.0016: a stated bias of that size is allowed for.
    assertThat(fit.divergence("divergence", 0.0017).verdict()).isEqualTo(Row.Verdict.PASS);
  }

  @Test
  void aCycleBreaksDetailedBalance() {
    long[][] balanced = {{0, 105, 200}, {95, 0, 300}, {210, 290, 0}};
    long[][] cycle = {{0, 400, 200}, {200, 0, 400}, {400, 200, 0}};
    assertThat(GoodnessOfFit.detailedBalance("x", balanced).measured().value())
        .isCloseTo(100 / 200.0 + 100 / 410.0 + 100 / 590.0, within(1e-12));
    assertThat(GoodnessOfFit.detailedBalance("x", balanced).verdict()).isEqualTo(Row.Verdict.PASS);
    assertThat(GoodnessOfFit.detailedBalance("x", cycle).verdict()).isEqualTo(Row.Verdict.FAIL);
  }

  private static long[] draw(double[] law, int draws, long seed) {
    SplitMix64 random = SplitMix64.stream(5, seed);
    long[] counts = new long[law.length];
    for (int n = 0; n < draws; n++) {
      double u = random.nextDouble();
      int i = 0;
      while (i < law.length - 1 && u >= law[i]) {
        u -= law[i];
        i++;
      }
      counts[i]++;
    }
    return counts;
  }
}
