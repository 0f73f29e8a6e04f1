package io.thermograd.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.GridAxis;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Basins and relaxation times against the simulator's truth and the exact spectrum of the
 * Fokker–Planck equation.
 */
@ExtendWith(AccuracyTable.class)
class BasinAccuracyTest {
  /** 1 is the quick part; 10 makes 20 seeds of every scenario. */
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final int SEEDS = 2 * SCALE;
  private static final int FIRST = 101;

  /** Between the first step in one core and that in another of a different definition. */
  private static final long TOLERANCE = 100;

  @Test
  void landscapes() {
    SoftAssertions softly = new SoftAssertions();
    for (String name :
        List.of(
            "double-well", "himmelblau", "three-humps", "hexagon", "annealing", "muller-brown")) {
      List<BasinMatch> all =
          IntStream.range(0, SEEDS)
              .parallel()
              .mapToObj(s -> BasinRun.of(name, FIRST + s, true))
              .map(o -> BasinMatch.of(o.run(), o.truth(), TOLERANCE))
              .toList();
      long right = all.stream().filter(m -> m.basins() == m.trueBasins()).count();
      double agreed =
          (double) all.stream().mapToLong(BasinMatch::agreed).sum()
              / all.stream().mapToLong(BasinMatch::compared).sum();
      double matched = all.stream().mapToInt(BasinMatch::matched).sum();
      double precision = matched / all.stream().mapToInt(BasinMatch::found).sum();
      double recall = matched / all.stream().mapToInt(BasinMatch::real).sum();
      String where = "%s, %d seeds".formatted(name, SEEDS);
      AccuracyTable.add(
          softly,
          "basins, steps assigned right",
          where,
          ">= 97 %",
          "%.2f %%".formatted(100 * agreed),
          agreed >= 0.97);
      AccuracyTable.aim(
          "basins, their number",
          where,
          "all right",
          "right in %d of %d".formatted(right, all.size()),
          right == all.size());
      AccuracyTable.aim(
          "basins, transitions",
          where,
          "precision and recall >= 0.95",
          "%.3f and %.3f of %.0f".formatted(precision, recall, matched / Math.max(recall, 1e-9)),
          precision >= 0.95 && recall >= 0.95);
    }
    softly.assertAll();
  }

  @Test
  void noPhantoms() {
    SoftAssertions softly = new SoftAssertions();
    for (String name :
        List.of(
            "noisy-quadratic-aligned",
            "noisy-quadratic-misaligned",
            "batch-size-growth",
            "trapped",
            "breast-cancer",
            "wine",
            "digits-sgd",
            "digits-momentum",
            "digits-adam",
            "plateau-then-drop")) {
      // Training a network takes longer than watching it: few runs of them.
      boolean network = name.startsWith("digits") || name.startsWith("plateau");
      int seeds = network ? SEEDS / 2 : SEEDS;
      phantoms(
          softly,
          name,
          IntStream.range(0, seeds)
              .parallel()
              .map(s -> BasinRun.of(name, FIRST + s, false).run().mostAtOnce())
              .toArray());
    }
    softly.assertAll();
  }

  /**
   * Classes come one after another: a quartic through such losses has its saddle below all minima,
   * and no point would be in a core.
   */
  @Test
  void aSaddleBelowTheMinimaIsNoPass() {
    assertThat(BasinRun.of("data-order-drift", 15, false).run().standing().count()).isOne();
  }

  @Test
  void noPhantomsOnBowls() {
    SoftAssertions softly = new SoftAssertions();
    double[][] spectra = {{1, 0.05}, {1, 0.01}, {0.005}, {5, 1}, {2, 0.05, 0.05}};
    for (double[] spectrum : spectra) {
      for (double beta : new double[] {0, 0.9}) {
        for (boolean decays : new boolean[] {false, true}) {
          phantoms(
              softly,
              "κ = %s, β = %.1f, η %s, loss noise 0 and T/2"
                  .formatted(List.of(box(spectrum)), beta, decays ? "falls 100×" : "constant"),
              IntStream.range(0, SEEDS)
                  .parallel()
                  .map(s -> bowl(spectrum, beta, decays, FIRST + s, s % 2 * 0.5))
                  .toArray());
        }
      }
    }
    softly.assertAll();
  }

  private static Double[] box(double[] x) {
    return Arrays.stream(x).boxed().toArray(Double[]::new);
  }

  private static void phantoms(SoftAssertions softly, String where, int[] most) {
    long more = Arrays.stream(most).filter(k -> k > 1).count();
    AccuracyTable.add(
        softly,
        "phantom basins, ever",
        "%s, %d runs".formatted(where, most.length),
        "exactly one basin at any time",
        "more in %d runs".formatted(more),
        more == 0);
  }

  private static int bowl(
      double[] kappa, double beta, boolean decays, long seed, double lossNoise) {
    int steps = 6_000;
    SplittableRandom random = new SplittableRandom(seed);
    BasinRun run = new BasinRun(RunSettings.of(Optimizer.MOMENTUM).withMomentum(beta), false);
    int d = kappa.length;
    double[] x = new double[d];
    double[] v = new double[d];
    for (int i = 0; i < d; i++) {
      x[i] = seed % 2 == 0 ? 5 : 0;
    }
    for (int t = 0; t < steps; t++) {
      double eta = 0.05 * (1 - beta) * (decays ? Math.pow(0.01, (double) t / steps) : 1);
      float[] theta = new float[d];
      double loss = lossNoise * random.nextGaussian();
      for (int i = 0; i < d; i++) {
        theta[i] = (float) x[i];
        loss += 0.5 * kappa[i] * x[i] * x[i];
        // T = η_eff·σ²/2 = 1 at the first step.
        v[i] = beta * v[i] - eta * (kappa[i] * x[i] + Math.sqrt(40) * random.nextGaussian());
        x[i] += v[i];
      }
      run.accept(BasinRun.step(t, eta, loss, theta));
    }
    return run.mostAtOnce();
  }

  @Test
  void timescales() {
    SoftAssertions softly = new SoftAssertions();
    double eta = 0.005;
    DoubleUnaryOperator wells = x -> (x * x - 1) * (x * x - 1);
    double gap =
        FokkerPlanck1d.additive(new GridAxis(-2.5, 2.5, 1_000), wells, 0.4).slowModes(1).gap();
    List<Map<String, Quantity>> hops =
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(s -> walk(x -> 4 * x * (x * x - 1), wells, eta, 0.4, 300_000, FIRST + s, 1))
            .toList();
    gap(softly, "double well, T = 0.4, exact %.4f".formatted(gap), hops, "basins", gap);
    gap(softly, "double well, T = 0.4, exact %.4f".formatted(gap), hops, "autocorrelation", gap);
    double kappa = 0.5;
    List<Map<String, Quantity>> flat =
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(
                s -> walk(x -> kappa * x, x -> kappa / 2 * x * x, eta, 1, 200_000, FIRST + s, 1))
            .toList();
    gap(softly, "Ornstein-Uhlenbeck, exact 0.5", flat, "autocorrelation", kappa);
    List<Map<String, Quantity>> fall =
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(
                s -> walk(x -> kappa * x, x -> kappa / 2 * x * x, eta, 0.01, 8_000, FIRST + s, 10))
            .toList();
    gap(softly, "Ornstein-Uhlenbeck from afar, exact 0.5", fall, "relaxation", kappa);
    softly.assertAll();
  }

  private static void gap(
      SoftAssertions softly,
      String where,
      List<Map<String, Quantity>> runs,
      String way,
      double exact) {
    List<Double> ratios = new ArrayList<>();
    int covered = 0;
    for (Map<String, Quantity> run : runs) {
      Quantity q = run.get("spectral_gap_" + way);
      if (q != null && q.value() != null && q.low() != null && q.high() != null) {
        ratios.add(q.value() / exact);
        covered += q.low() <= exact && exact <= q.high() ? 1 : 0;
      }
    }
    double mean = ratios.stream().mapToDouble(r -> r).average().orElse(Double.NaN);
    AccuracyTable.add(
        softly,
        "spectral gap, by " + way,
        "%s, %d runs".formatted(where, runs.size()),
        "mean within 15 %",
        "mean ratio %.3f; interval holds it in %d of %d; known in %d"
            .formatted(mean, covered, ratios.size(), ratios.size()),
        Math.abs(mean - 1) <= 0.15);
  }

  private static Map<String, Quantity> walk(
      DoubleUnaryOperator slope,
      DoubleUnaryOperator energy,
      double eta,
      double temperature,
      int steps,
      long seed,
      double start) {
    SplittableRandom random = new SplittableRandom(seed);
    BasinRun run = new BasinRun(RunSettings.of(Optimizer.SGD), false);
    double x = start;
    double kick = Math.sqrt(2 * temperature * eta);
    for (int t = 0; t < steps; t++) {
      run.accept(BasinRun.step(t, eta, energy.applyAsDouble(x), (float) x));
      x += -eta * slope.applyAsDouble(x) + kick * random.nextGaussian();
    }
    return run.quantities().quantities();
  }
}
