package io.thermograd.accuracy;

import static io.thermograd.accuracy.ProbedRuns.DIGITS;
import static io.thermograd.accuracy.ProbedRuns.PROBES;
import static io.thermograd.accuracy.ProbedRuns.STEPS;
import static io.thermograd.accuracy.ProbedRuns.TEN_PERCENT;
import static io.thermograd.accuracy.ProbedRuns.report;
import static io.thermograd.accuracy.ProbedRuns.train;

import io.thermograd.accuracy.ProbedRuns.Course;
import io.thermograd.accuracy.ProbedRuns.Look;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.SamplingScheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * λ_max at every step with one probe per 500 on networks held stationary, against Lanczos at the
 * steps between.
 */
@ExtendWith(AccuracyTable.class)
class ProbeHeldTest {
  private static final double DECAY = 0.01;

  /** By then weight decay holds the networks of {@link SharpnessStreamTest} where they are. */
  private static final long HELD_FROM = 5_000;

  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  /** 20 at scale 10. */
  private static final int SEEDS = SCALE == 1 ? 1 : 2 * SCALE;

  /**
   * Networks held stationary: nothing moves but what noise does to θ, and λ_max follows it within a
   * few steps. What probes can reach at all, three oracles say: one that knows λ_max at each probe
   * exactly and holds it, one that knows the next probe too and goes straight, and one that knows
   * the mean of log λ_max over the steps between.
   */
  @Test
  void oneProbePerFiveHundredStepsHeldStationary() {
    SoftAssertions softly = new SoftAssertions();
    List<Look> all = new ArrayList<>();
    for (Mlp mlp : List.of(Mlp.tanh(64, 32, 10), Mlp.relu(64, 32, 10))) {
      for (double eta : new double[] {0.05, 0.1, 0.5}) {
        List<List<Look>> runs =
            IntStream.range(0, SEEDS).parallel().mapToObj(seed -> held(mlp, eta, seed)).toList();
        List<Look> looks = runs.stream().flatMap(List::stream).toList();
        String where =
            "%s 64-32-10, η = %s, held stationary, %d seeds"
                .formatted(mlp.activation().name().toLowerCase(java.util.Locale.ROOT), eta, SEEDS);
        long second = HELD_FROM + PROBES;
        report(
            where + ", to the 2nd probe", looks.stream().filter(l -> l.step() < second).toList());
        report(where + ", behind it", looks.stream().filter(l -> l.step() >= second).toList());
        double[] moved =
            looks.stream().mapToDouble(l -> Math.abs(Math.log(l.truth() / l.probed()))).toArray();
        Arrays.sort(moved);
        double[] mean = runs.stream().flatMapToDouble(ProbeHeldTest::ofTheMean).toArray();
        double[] straight = runs.stream().flatMapToDouble(ProbeHeldTest::straight).toArray();
        AccuracyTable.note(
            "sharpness, a probe per 500 steps, oracles within 10 %",
            where,
            "held %.0f %%, straight to the next %.0f %%, mean %.0f %%; moved by %.0f %%, 1 in 10 by %.0f %%"
                .formatted(
                    100 * share(moved),
                    100 * share(straight),
                    100 * share(mean),
                    100 * Math.expm1(moved[moved.length / 2]),
                    100 * Math.expm1(moved[moved.length * 9 / 10])));
        all.addAll(looks);
      }
    }
    double covered = (double) all.stream().filter(Look::covered).count() / all.size();
    AccuracyTable.add(
        softly,
        "sharpness, its 95 % interval",
        "all networks, held stationary",
        "holds the truth in ≥ 90 %",
        "%.1f %%".formatted(100 * covered),
        covered >= 0.9);
    softly.assertAll();
  }

  private static double share(double[] errors) {
    return (double) Arrays.stream(errors).filter(e -> e <= TEN_PERCENT).count() / errors.length;
  }

  /** Errors of the line in log λ_max from each probe to the next, of one run's looks. */
  private static DoubleStream straight(List<Look> looks) {
    Map<Long, Double> probed =
        looks.stream()
            .collect(
                Collectors.toMap(l -> l.step() / PROBES, Look::probed, (first, again) -> first));
    return looks.stream()
        .filter(l -> probed.containsKey(l.step() / PROBES + 1))
        .mapToDouble(
            l -> {
              double next = Objects.requireNonNull(probed.get(l.step() / PROBES + 1));
              double part = (double) (l.step() % PROBES) / PROBES;
              return Math.abs(
                  (1 - part) * Math.log(l.truth() / l.probed())
                      + part * Math.log(l.truth() / next));
            });
  }

  /** Errors of the mean of log λ_max over the looks between two probes. */
  private static DoubleStream ofTheMean(List<Look> looks) {
    Map<Long, Double> means =
        looks.stream()
            .collect(
                Collectors.groupingBy(
                    l -> l.step() / PROBES, Collectors.averagingDouble(l -> Math.log(l.truth()))));
    return looks.stream()
        .mapToDouble(
            l ->
                Math.abs(
                    Math.log(l.truth()) - Objects.requireNonNull(means.get(l.step() / PROBES))));
  }

  private static List<Look> held(Mlp mlp, double eta, long seed) {
    return train(
        new ClassifierTask(mlp, DIGITS, 0, SamplingScheme.WITH_REPLACEMENT, 0, seed),
        new Course(new OptimizerSettings.Sgd(DECAY), DECAY, eta, HELD_FROM, HELD_FROM + STEPS),
        seed,
        theta ->
            Lanczos.top(Curvature.at(mlp, DIGITS, theta).hessian(), 1, 1e-3, 64).largest() + DECAY);
  }
}
