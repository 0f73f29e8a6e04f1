package io.thermograd.accuracy;

import io.thermograd.simulator.model.ExactNoise;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
  private static final int REPETITIONS = Integer.getInteger("thermograd.seeds", 20);
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
        // There 2,000 steps of independent draws determine the trace to a standard error of 2 to
        // 2.5 % only, and every third series is further off; held to 2 % is the mean of many
        // (below).
        boolean converged = point == FrozenDigits.converged();
        String where = point.name() + ", " + draws;
        String measured = "%+.2f %%".formatted(100 * error);
        boolean close = Math.abs(error) <= 0.02;
        if (converged) {
          String name = "noise_trace over 2,000 steps";
          AccuracyTable.aim(
              name,
              where,
              "within 2 % of exact (an aim here)",
              measured + ", " + interval(estimates.get(QuantityName.NOISE_TRACE), exact),
              close);
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
        if (point == FrozenDigits.converged()) {
          close(softly, where, runs, point.truth().noiseTrace());
        }
        unbiased(softly, QuantityName.GRADIENT_SQNORM, where, runs, point.truth().gradientSqnorm());
      }
    }
    softly.assertAll();
  }

  /** Over all repetitions together 2 % are many standard errors. */
  private static void close(
      SoftAssertions softly, String where, List<Estimates> runs, double exact) {
    double[] errors =
        runs.stream().mapToDouble(run -> run.value(QuantityName.NOISE_TRACE) / exact - 1).toArray();
    double mean = Arrays.stream(errors).average().orElseThrow();
    double squares = Arrays.stream(errors).map(e -> (e - mean) * (e - mean)).sum();
    double error = Math.sqrt(squares / (errors.length - 1) / errors.length);
    long near = Arrays.stream(errors).filter(e -> Math.abs(e) <= 0.02).count();
    AccuracyTable.add(
        softly,
        "noise_trace over %,d steps".formatted(STEPS * errors.length),
        where,
        "within 2 % of exact",
        "%+.2f %% (s.e. %.2f %%; of %,d steps alone %d of %d are)"
            .formatted(100 * mean, 100 * error, STEPS, near, errors.length),
        Math.abs(mean) <= 0.02);
  }

  private static String interval(Quantity estimate, double exact) {
    return "95 %% from %+.1f to %+.1f %%"
        .formatted(
            100 * (Objects.requireNonNull(estimate.low()) / exact - 1),
            100 * (Objects.requireNonNull(estimate.high()) / exact - 1));
  }

  private static void unbiased(
      SoftAssertions softly, QuantityName name, String where, List<Estimates> runs, double exact) {
    double[] values = runs.stream().mapToDouble(run -> run.value(name)).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double error =
        Math.sqrt(
            Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    double first = (values[0] - exact) / error;
    // All repetitions together see a bias that is √repetitions times smaller.
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
        "%s, mean of %,d".formatted(name.id(), STEPS * runs.size()),
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
