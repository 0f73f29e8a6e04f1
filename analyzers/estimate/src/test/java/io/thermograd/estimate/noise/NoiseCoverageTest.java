package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How often the 95 % intervals hold the truth, over repeated runs with normal gradient noise. A
 * noise scale of which only a lower bound is known holds it when the bound is below.
 */
class NoiseCoverageTest {
  private static final int DIM = 20;
  private static final int[] TWO = {8, 8};
  private static final int[] ONE = {16};

  /** One gradient a step, at parameters that stand still: no temporal bias. */
  @ParameterizedTest
  @CsvSource({"3000, 21, 100", "3000, 21, 0.1", "500, 1500, 1", "500, 1500, 0.01"})
  void temporalIntervalsHoldTheTruth(int runs, int steps, double signal) {
    measure(ONE, runs, steps, signal);
  }

  /** signal: ‖G‖² over tr Σ/B. */
  @ParameterizedTest
  @CsvSource({
    "3000, 20, 100",
    "3000, 20, 1",
    "3000, 20, 0.1",
    "3000, 20, 0.001",
    "500, 1500, 10",
    "500, 1500, 0.1",
    "500, 1500, 0.01",
    "500, 1500, 0.0001"
  })
  void intervalsHoldTheTruth(int runs, int steps, double signal) {
    measure(TWO, runs, steps, signal);
  }

  private static void measure(int[] examples, int runs, int steps, double signal) {
    double traceTruth = DIM;
    double sqnormTruth = signal * DIM / Draws.sum(examples);
    var random = new SplittableRandom(steps + Double.hashCode(signal));
    double[] mean = Draws.filled(DIM, Math.sqrt(sqnormTruth / DIM));
    double[] sds = Draws.filled(DIM, 1);
    int trace = 0;
    int sqnorm = 0;
    int scale = 0;
    int bounds = 0;
    for (int r = 0; r < runs; r++) {
      var noise = new NoiseEstimator(Draws.WHOLE, 500);
      for (long t = 0; t < steps; t++) {
        float[][] g = new float[examples.length][];
        for (int j = 0; j < g.length; j++) {
          g[j] = Draws.normal(random, mean, sds, examples[j]);
        }
        noise.accept(Draws.step(t, examples, g));
      }
      QuantityList list = new QuantityList();
      noise.describe(list);
      trace += holds(list, QuantityName.NOISE_TRACE, traceTruth);
      sqnorm += holds(list, QuantityName.GRADIENT_SQNORM, sqnormTruth);
      scale += holds(list, QuantityName.GRADIENT_NOISE_SCALE, traceTruth / sqnormTruth);
      Quantity q = list.quantities().get(QuantityName.GRADIENT_NOISE_SCALE.id());
      if (q == null || q.value() == null) {
        bounds++;
      }
    }
    System.out.printf(
        "coverage, m = %d, %d runs of %d steps, signal/noise %g: trace %.3f, sqnorm %.3f, noise scale"
            + " %.3f (bound only in %.2f)%n",
        examples.length,
        runs,
        steps,
        signal,
        (double) trace / runs,
        (double) sqnorm / runs,
        (double) scale / runs,
        (double) bounds / runs);
    // Three binomial standard errors, and 1 % for noise whose squares are not normal.
    double tolerance = 3 * Math.sqrt(0.95 * 0.05 / runs) + 0.01;
    assertThat((double) trace / runs).isCloseTo(0.95, within(tolerance));
    assertThat((double) sqnorm / runs).isCloseTo(0.95, within(tolerance));
    assertThat((double) scale / runs).isCloseTo(0.95, within(tolerance + 0.015));
    if (signal * Math.sqrt(steps) < 0.01) {
      assertThat((double) bounds / runs).isGreaterThan(0.95);
    } else if (signal * Math.sqrt(steps) > 100) {
      assertThat(bounds).isZero();
    }
  }

  private static int holds(QuantityList list, QuantityName name, double truth) {
    Quantity q = list.quantities().get(name.id());
    if (q == null) {
      return 1;
    }
    Double low = q.low();
    Double high = q.high();
    return (low == null || low <= truth) && (high == null || truth <= high) ? 1 : 0;
  }
}
