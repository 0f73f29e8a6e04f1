package io.thermograd.detect.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GrowthFitTest {
  private static final int RUNS = 400;

  /** x_t = e^(rate·t + 0.3·normal), observed for 24 steps: the 95 % interval of the overflow. */
  @Test
  void theIntervalOfTheOverflowCovers() {
    int covered = 0;
    double rate = 0.2;
    for (int seed = 0; seed < RUNS; seed++) {
      var random = new SplittableRandom(seed);
      var book = new RecordBook();
      double last = 0;
      for (int t = 0; t < 24; t++) {
        last = rate * t;
        book.look(Math.exp(last + 0.3 * random.nextGaussian()));
      }
      GrowthFit fit = GrowthFit.of(book, 24);
      double left = (Math.log(Float.MAX_VALUE) - last) / rate;
      double x = Math.exp(last);
      double soonest = fit.stepsToOverflow(x, 1.96).orElse(Double.POSITIVE_INFINITY);
      double latest = fit.stepsToOverflow(x, -1.96).orElse(Double.POSITIVE_INFINITY);
      covered += soonest <= left && left <= latest ? 1 : 0;
    }
    // Independent residuals, for which the allowance for autocorrelation is too wide: at least 95
    // %.
    assertThat(covered).isGreaterThanOrEqualTo((int) (0.95 * RUNS));
  }

  @Test
  void whatDoesNotGrowHasNoOverflow() {
    var book = new RecordBook();
    for (int t = 0; t < 32; t++) {
      book.look(1 + 0.1 * (t % 3));
    }
    assertThat(GrowthFit.of(book, 32).stepsToOverflow(1, 0)).isEmpty();
    assertThat(GrowthFit.of(book, 3).stepsToOverflow(1, 0)).isEmpty();
  }

  @Test
  void thePreciserOfTwoRatesCountsMore() {
    GrowthFit common = new GrowthFit(1, 0.1).and(new GrowthFit(2, 0.2));
    // Weights 100 and 25.
    assertThat(common.rate()).isEqualTo(1.2);
    assertThat(new GrowthFit(1, 0.1).and(GrowthFit.UNKNOWN).rate()).isEqualTo(1);
  }
}
