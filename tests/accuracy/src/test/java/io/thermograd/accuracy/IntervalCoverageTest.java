package io.thermograd.accuracy;

import io.thermograd.simulator.model.ExactNoise;
import io.thermograd.wire.QuantityName;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How often published 95 % intervals hold the enumerated value, with the default half-life and
 * sketches of dimension 1,024 whose seed changes too.
 */
@ExtendWith(AccuracyTable.class)
class IntervalCoverageTest {
  private static final int DIM = 1024;
  private static final int STEPS = 400;
  private static final double HALF_LIFE = 500;
  private static final int SKETCH_SEEDS = 100;
  private static final int RUNS_PER_SEED = 3;
  private static final int REPETITIONS = SKETCH_SEEDS * RUNS_PER_SEED;

  @Test
  void noiseScaleIntervalCoversTheExactValue() {
    SoftAssertions softly = new SoftAssertions();
    for (FrozenDigits point : FrozenDigits.points()) {
      List<Map<Draws, List<Estimates>>> bySeed =
          IntStream.range(0, SKETCH_SEEDS).parallel().mapToObj(seed -> runs(point, seed)).toList();
      for (Draws draws : Draws.values()) {
        List<Estimates> runs =
            bySeed.stream()
                .flatMap(all -> Objects.requireNonNull(all.get(draws)).stream())
                .toList();
        String where = point.name() + ", " + draws;
        exact(point.truth()).forEach((name, value) -> report(softly, name, where, runs, value));
      }
    }
    softly.assertAll();
  }

  private static Map<Draws, List<Estimates>> runs(FrozenDigits point, int seed) {
    float[][] sketches = point.sketches(DIM, seed);
    Map<Draws, List<Estimates>> runs = new EnumMap<>(Draws.class);
    for (Draws draws : Draws.values()) {
      runs.put(
          draws,
          IntStream.range(0, RUNS_PER_SEED)
              .mapToObj(
                  r -> {
                    long drawSeed = 500L + seed * RUNS_PER_SEED + r;
                    FrozenSteps steps = new FrozenSteps(point, sketches, draws, drawSeed);
                    return Estimates.of(steps, point.size(), draws, DIM, HALF_LIFE, STEPS);
                  })
              .toList());
    }
    return runs;
  }

  private static void report(
      SoftAssertions softly, QuantityName name, String where, List<Estimates> runs, double exact) {
    long present = runs.stream().filter(run -> run.all().containsKey(name.id())).count();
    long covered =
        runs.stream()
            .filter(run -> run.all().containsKey(name.id()) && run.covers(name, exact))
            .count();
    double share = covered / (double) REPETITIONS;
    String measured = "%.1f %%".formatted(100 * share);
    if (present < REPETITIONS) {
      measured += ", absent in " + (REPETITIONS - present);
    }
    String quantity = name.id() + ", 95 % interval";
    if (name != QuantityName.GRADIENT_NOISE_SCALE) {
      double mean =
          runs.stream()
              .filter(run -> run.all().containsKey(name.id()))
              .mapToDouble(run -> run.value(name))
              .average()
              .orElse(Double.NaN);
      AccuracyTable.note(quantity, where, measured + ", mean %.3f x exact".formatted(mean / exact));
      return;
    }
    AccuracyTable.add(
        softly,
        quantity,
        where,
        "covers in 92-98 % of 300",
        measured,
        share >= 0.92 && share <= 0.98);
  }

  private static Map<QuantityName, Double> exact(ExactNoise truth) {
    Map<QuantityName, Double> exact = new EnumMap<>(QuantityName.class);
    exact.put(QuantityName.NOISE_TRACE, truth.noiseTrace());
    exact.put(QuantityName.GRADIENT_SQNORM, truth.gradientSqnorm());
    exact.put(QuantityName.GRADIENT_NOISE_SCALE, truth.noiseScale());
    exact.put(QuantityName.EFFECTIVE_DIMENSION, truth.effectiveDimension());
    return exact;
  }
}
