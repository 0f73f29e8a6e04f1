package io.thermograd.accuracy;

import static io.thermograd.accuracy.ProbedRuns.DIGITS;
import static io.thermograd.accuracy.ProbedRuns.EDGE;
import static io.thermograd.accuracy.ProbedRuns.TEN_PERCENT;
import static io.thermograd.accuracy.ProbedRuns.report;
import static io.thermograd.accuracy.ProbedRuns.train;

import io.thermograd.accuracy.ProbedRuns.Course;
import io.thermograd.accuracy.ProbedRuns.Look;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Setup;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.LandscapeSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * λ_max at every step with one probe per 500, from the initialisation on, against Lanczos at the
 * steps between; and the overlay at the edge of stability.
 */
@ExtendWith(AccuracyTable.class)
class ProbeAccuracyTest {
  /** 20 at scale 10. */
  private static final int SEEDS = 2 * Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final long EDGE_STEPS = 800;

  @Test
  void oneProbePerFiveHundredStepsOnQuadratics() {
    SoftAssertions softly = new SoftAssertions();
    for (boolean aligned : new boolean[] {true, false}) {
      for (double beta : new double[] {0, 0.9}) {
        for (double rate : new double[] {0.08, 0.8}) {
          List<Look> looks =
              IntStream.range(0, 2 * SEEDS)
                  .parallel()
                  .boxed()
                  .flatMap(s -> quadratic(aligned, beta, rate, s).stream())
                  .toList();
          double worst = looks.stream().mapToDouble(Look::error).max().orElseThrow();
          AccuracyTable.add(
              softly,
              "sharpness, a probe per 500 steps",
              "quadratic, Σ %s, β = %.1f, ηκ₁ = %.2f, %d seeds"
                  .formatted(aligned ? "aligned" : "misaligned", beta, rate, 2 * SEEDS),
              "within 10 % at every step",
              "worst %.2g %%".formatted(100 * Math.expm1(worst)),
              worst <= TEN_PERCENT);
        }
      }
    }
    softly.assertAll();
  }

  private static List<Look> quadratic(boolean aligned, double beta, double rate, long seed) {
    double[] curvatures = new double[20];
    double[] variances = new double[20];
    Arrays.setAll(curvatures, i -> 5 * Math.pow(100, -i / 19.0));
    Arrays.setAll(variances, i -> 4 * Math.pow(100, -i / 19.0));
    double[] origin = new double[20];
    Arrays.fill(origin, 1);
    GaussianNoise noise =
        aligned
            ? GaussianNoise.diagonal(variances)
            : GaussianNoise.of(Quadratic.rotated(seed, variances).hessian());
    return train(
        () ->
            new Start(
                new LandscapeSource(
                    Quadratic.diagonal(curvatures), noise, Ziggurat.stream(seed, 5)),
                origin,
                List.of()),
        Course.fromTheStart(
            beta == 0 ? OptimizerSettings.sgd() : OptimizerSettings.heavyBall(beta),
            rate / curvatures[0]),
        seed,
        theta -> curvatures[0]);
  }

  @Test
  void oneProbePerFiveHundredStepsOnNetworks() {
    SoftAssertions softly = new SoftAssertions();
    List<Look> all = new ArrayList<>();
    for (Mlp mlp : List.of(Mlp.tanh(64, 32, 10), Mlp.relu(64, 32, 10))) {
      for (double eta : new double[] {0.05, 0.1, 0.5}) {
        List<Look> looks =
            IntStream.range(0, SEEDS)
                .parallel()
                .boxed()
                .flatMap(seed -> network(mlp, eta, seed).stream())
                .toList();
        String where =
            "%s 64-32-10, η = %s, %d seeds"
                .formatted(mlp.activation().name().toLowerCase(java.util.Locale.ROOT), eta, SEEDS);
        report(where + ", to the 2nd probe", looks.stream().filter(l -> l.step() < 500).toList());
        report(where + ", behind it", looks.stream().filter(l -> l.step() >= 500).toList());
        // Where the truth says that the edge is far away, the overlay must not be there.
        long far = looks.stream().filter(l -> eta * l.truth() / 2 < 0.7).count();
        long shown = looks.stream().filter(l -> eta * l.truth() / 2 < 0.7 && l.edge()).count();
        AccuracyTable.aim(
            "overlay edge_of_stability below 0.7",
            where,
            "never",
            "%d of %d".formatted(shown, far),
            shown == 0);
        all.addAll(looks);
      }
    }
    double covered = (double) all.stream().filter(Look::covered).count() / all.size();
    AccuracyTable.add(
        softly,
        "sharpness, its 95 % interval",
        "all networks, from the first probe on",
        "holds the truth in ≥ 90 %",
        "%.1f %%".formatted(100 * covered),
        covered >= 0.9);
    softly.assertAll();
  }

  private static List<Look> network(Mlp mlp, double eta, long seed) {
    ClassifierTask task =
        new ClassifierTask(mlp, DIGITS, 360, SamplingScheme.WITHOUT_REPLACEMENT, 0, seed);
    Evaluator evaluator = task.evaluator();
    return train(
        task,
        Course.fromTheStart(OptimizerSettings.sgd(), eta),
        seed,
        theta ->
            Lanczos.top(Curvature.at(mlp, evaluator.data(), theta).hessian(), 1, 1e-3, 64)
                .largest());
  }

  /** Full-batch descent that sharpens to 2/η: the overlay follows the true ratio. */
  @Test
  void theOverlayIsThereAtTheEdge() throws IOException {
    SoftAssertions softly = new SoftAssertions();
    Simulation simulation =
        Scenarios.named("edge-of-stability")
            .orElseThrow()
            .simulation(new Setup(1, "edge", EDGE_STEPS, 40));
    RunFold fold = new RunFold("edge", AnalysisConfig.DEFAULT);
    List<Long> shown = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    Truth truth =
        simulation.emit(
            event -> {
              fold.apply(event, new NoRejections());
              watch(event, fold, shown, ratios);
            },
            Simulation.clock(),
            () -> false);
    double edge = truth.quantity("edge").values().get(0).value()[0][0];
    long reaches = -1;
    for (Truth.At at : truth.quantity("sharpness").values()) {
      if (reaches < 0 && at.value()[0][0] >= 0.9 * edge) {
        reaches = at.step();
      }
    }
    long begins = shown.isEmpty() ? -1 : shown.get(0);
    AccuracyTable.add(
        softly,
        "overlay edge_of_stability, begin",
        "full-batch GD, a probe per 40 steps, edge_reached at "
            + truth.moment("edge_reached").step(),
        "within 60 steps of ηλ_max/2 = 0.9",
        "%+d steps".formatted(begins - reaches),
        begins >= 0 && Math.abs(begins - reaches) <= 60);
    double share = begins < 0 ? 0 : shown.size() / ((double) EDGE_STEPS - begins);
    AccuracyTable.add(
        softly,
        "overlay edge_of_stability, from then on",
        "full-batch GD",
        "≥ 95 % of steps",
        "%.1f %%, ratio %.2f at the end".formatted(100 * share, ratios.get(ratios.size() - 1)),
        share >= 0.95);
    softly.assertAll();
  }

  private static void watch(Event event, RunFold fold, List<Long> shown, List<Double> ratios) {
    if (!event.hasStep()) {
      return;
    }
    Insight now = fold.current().orElseThrow();
    if (now.overlays().contains(EDGE)) {
      shown.add(event.getStep().getStep());
    }
    Quantity ratio = now.quantities().get("stability_ratio");
    if (ratio != null && ratio.value() != null) {
      ratios.add(ratio.value());
    }
  }
}
