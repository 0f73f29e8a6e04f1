package io.thermograd.accuracy;

import io.thermograd.simulator.model.ExactNoise;
import io.thermograd.wire.QuantityName;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Noise estimates at frozen parameters against the enumeration over all 1,797 examples. */
@ExtendWith(AccuracyTable.class)
class FrozenNoiseTest {
  private static final int DIM = 1024;
  private static final int STEPS = 2_000;
  private static final int REPETITIONS = 20;
  private static final float[][] NORMS_ONLY = {};

  @BeforeAll
  static void showTheTruth() {
    for (FrozenDigits point : FrozenDigits.points()) {
      ExactNoise truth = point.truth();
      AccuracyTable.note(
          "(exact)",
          point.name(),
          "tr Σ %.3g, ‖G‖² %.2g, B %.4g, d_eff %.3g"
              .formatted(
                  truth.noiseTrace(),
                  truth.gradientSqnorm(),
                  truth.noiseScale(),
                  truth.effectiveDimension()));
    }
  }

  @Test
  void noiseTraceOfWholeGradientsIsWithinTwoPercentOfTheEnumeration() {
    SoftAssertions softly = new SoftAssertions();
    for (FrozenDigits point : FrozenDigits.points()) {
      for (Draws draws : Draws.values()) {
        FrozenSteps steps = new FrozenSteps(point, point.gradients(), draws, 1);
        Estimates estimates = estimates(point, steps, draws, 0);
        double exact = point.truth().noiseTrace();
        double error = estimates.value(QuantityName.NOISE_TRACE) / exact - 1;
        // There 2,000 steps determine the trace to a standard error of 2 % only (see below).
        boolean converged = point == FrozenDigits.converged();
        String where = point.name() + ", " + draws;
        String measured = "%+.2f %%".formatted(100 * error);
        boolean close = Math.abs(error) <= 0.02;
        if (converged) {
          String name = "noise_trace over 2,000 steps";
          AccuracyTable.aim(name, where, "within 2 % of exact (an aim here)", measured, close);
          boolean covers = estimates.covers(QuantityName.NOISE_TRACE, exact);
          AccuracyTable.add(softly, name, where, "its 95 % interval covers", measured, covers);
        } else {
          AccuracyTable.add(
              softly,
              "noise_trace over 2,000 steps",
              where,
              "within 2 % of exact",
              measured,
              close);
        }
      }
    }
    softly.assertAll();
  }

  @Test
  void noiseTraceAndSquaredGradientNormAreUnbiased() {
    SoftAssertions softly = new SoftAssertions();
    for (FrozenDigits point : FrozenDigits.points()) {
      for (Draws draws : Draws.values()) {
        List<Estimates> runs =
            IntStream.range(0, REPETITIONS)
                .parallel()
                .mapToObj(r -> new FrozenSteps(point, NORMS_ONLY, draws, 100 + r))
                .map(steps -> estimates(point, steps, draws, DIM))
                .toList();
        String where = point.name() + ", " + draws;
        unbiased(softly, QuantityName.NOISE_TRACE, where, runs, point.truth().noiseTrace());
        unbiased(softly, QuantityName.GRADIENT_SQNORM, where, runs, point.truth().gradientSqnorm());
      }
    }
    softly.assertAll();
  }

  private static void unbiased(
      SoftAssertions softly, QuantityName name, String where, List<Estimates> runs, double exact) {
    double[] values = runs.stream().mapToDouble(run -> run.value(name)).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double error =
        Math.sqrt(
            Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    double first = (values[0] - exact) / error;
    // All repetitions together see a bias that is √20 times smaller.
    double all = (mean - exact) / (error / Math.sqrt(values.length));
    AccuracyTable.add(
        softly,
        name.id() + ", mean of 2,000",
        where,
        "within 3 standard errors",
        "%+.2f s.e. (s.e. %.2g %% of exact)".formatted(first, 100 * error / exact),
        Math.abs(first) <= 3);
    AccuracyTable.add(
        softly,
        name.id() + ", mean of 40,000",
        where,
        "within 3 standard errors",
        "%+.2f s.e.".formatted(all),
        Math.abs(all) <= 3);
  }

  private static Estimates estimates(
      FrozenDigits point, FrozenSteps steps, Draws draws, int sketchDim) {
    return Estimates.of(steps, point.size(), draws, sketchDim, Estimates.NO_FORGETTING, STEPS);
  }
}
