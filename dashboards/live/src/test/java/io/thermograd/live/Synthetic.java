package io.thermograd.live;

import io.thermograd.wire.Alert;
import io.thermograd.wire.BasinReport;
import io.thermograd.wire.Findings;
import io.thermograd.wire.Forecast;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import io.thermograd.wire.proto.RunStarted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs as a training would make them: a decaying loss, noise, a rate raised at step 3,000. */
final class Synthetic {
  static final double T0 = 1_700_000_000.0;

  private Synthetic() {}

  static RunSummary summary(
      String run, int attempt, RunSummary.Status status, long lastStep, double startedAt) {
    RunStarted started =
        RunStarted.newBuilder()
            .setRunId(run)
            .setAttempt(attempt)
            .setStartedAt(startedAt)
            .setParameterCount(9_610)
            .setDatasetSize(1_797)
            .setSampling(RunStarted.Sampling.WITHOUT_REPLACEMENT)
            .setOptimizer(RunStarted.Optimizer.MOMENTUM)
            .setMomentum(0.9)
            .setSketchScheme("block_fold")
            .setSketchDim(1_024)
            .setBudgetSteps(6_000)
            .putLabels("dataset", "digits")
            .putLabels("model", "64-128-10")
            .build();
    return new RunSummary(started, status, lastStep, startedAt + Math.max(0, lastStep) / 40.0);
  }

  /** The insight at a step; noise is the same for the same run, attempt and step. */
  static Insight insight(String run, int attempt, long step, double startedAt) {
    Random random = new Random(run.hashCode() * 31L + attempt * 7_919L + step);
    random.nextGaussian();
    double eta = step < 3_000 ? 0.05 : 0.4;
    double floor = step < 3_000 ? 0.08 : 0.3;
    double loss = floor + 2.2 * Math.exp(-step / 500.0);
    double spread = 0.15 * loss;
    double trace = 1.5 + 30 * Math.exp(-step / 800.0) + (step < 3_000 ? 0 : 3);
    trace *= 1 + 0.03 * random.nextGaussian();
    double square = 0.0024 + 2 * Math.exp(-step / 400.0);
    square *= 1 + 0.1 * random.nextGaussian();
    Map<String, Quantity> q = new LinkedHashMap<>();
    Map<String, String> absent = new LinkedHashMap<>();
    q.put(id(QuantityName.LOSS), Quantity.of(loss, loss - spread / 4, loss + spread / 4, "ew"));
    q.put(
        id(QuantityName.BATCH_LOSS),
        Quantity.exact(Math.max(0.01, loss + spread * random.nextGaussian()), "reported"));
    double squareError = 0.002 + 0.15 * square;
    q.put(
        id(QuantityName.GRADIENT_SQNORM),
        Quantity.of(square, square - squareError, square + squareError, "within_step"));
    q.put(
        id(QuantityName.NOISE_TRACE),
        Quantity.of(trace, trace * 0.93, trace * 1.08, "within_step"));
    if (square - squareError > 0.0005) {
      q.put(
          id(QuantityName.GRADIENT_NOISE_SCALE),
          Quantity.of(
              trace / square,
              trace / (square + squareError),
              trace / (square - squareError),
              "ratio_of_averages"));
    } else {
      q.put(
          id(QuantityName.GRADIENT_NOISE_SCALE),
          Quantity.atLeast(trace / (square + squareError), "ratio_of_averages"));
      absent.put(
          id(QuantityName.GRADIENT_NOISE_SCALE),
          "the interval of ‖G‖² covers 0: only a lower bound is known");
    }
    double dimension = 40 + 20 * Math.exp(-step / 600.0) + random.nextGaussian();
    if (step >= 200) {
      q.put(
          id(QuantityName.EFFECTIVE_DIMENSION),
          Quantity.of(dimension, dimension * 0.85, dimension * 1.2, "cross_step"));
      double temperature = eta / 0.1 * trace / (2 * 64 * dimension);
      q.put(
          id(QuantityName.TEMPERATURE_EFFECTIVE),
          Quantity.of(temperature, temperature * 0.8, temperature * 1.25, "within_step"));
    } else {
      absent.put(id(QuantityName.EFFECTIVE_DIMENSION), "warming up: needs 200 steps");
      absent.put(id(QuantityName.TEMPERATURE_EFFECTIVE), "effective dimension is absent");
    }
    q.put(id(QuantityName.TEMPERATURE_NOMINAL), Quantity.exact(eta / 0.1 / 64, "hyper_parameters"));
    double energy = eta / 0.1 * trace / (4 * 64);
    q.put(
        id(QuantityName.THERMAL_ENERGY),
        Quantity.of(energy, energy * 0.9, energy * 1.1, "within_step"));
    q.put(id(QuantityName.LEARNING_RATE), Quantity.exact(eta, "reported"));
    q.put(id(QuantityName.BATCH_SIZE), Quantity.exact(64, "reported"));
    q.put(id(QuantityName.STEPS_PER_SECOND), Quantity.exact(39.7, "event_time"));
    absent.put(
        id(QuantityName.AVERAGED_LOSS_CHANGE),
        "not stationary: the loss moves, or is not yet known not to");
    curvature(step, eta, energy, q, absent);
    Verdict verdict =
        step < 3_000
            ? new Verdict(
                Severity.OK,
                "Training is signal-dominated at this batch size",
                "The noise scale is %.0f examples against a batch of 64; the loss still falls."
                    .formatted(trace / square),
                "Keep going. A batch of 128 would cost 1.4× the examples per unit of progress.")
            : new Verdict(
                Severity.WARNING,
                "The learning rate adds more loss than training removes",
                "Thermal energy is %.3f of a loss of %.3f since step 3000, when η rose from 0.05 to 0.4."
                    .formatted(energy, loss),
                "Lower η to 0.1: the noise's share of the loss falls to about %.3f."
                    .formatted(energy / 4));
    return new Insight(
        run,
        attempt,
        step,
        startedAt + step / 40.0,
        q,
        Map.of(
            id(QuantityName.NOISE_EIGENVALUES),
            eigenvalues(trace),
            id(QuantityName.TEMPERATURE_MEASURED),
            temperatures(energy, 0.2),
            id(QuantityName.TEMPERATURE_PREDICTED),
            temperatures(0.9 * energy, 0.02)),
        absent,
        step < 200 ? Regime.WARMING_UP : step < 2_400 ? Regime.DESCENDING : Regime.PLATEAU,
        List.of(),
        verdict);
  }

  /** Sharpness rises to the edge of stability and stays there. */
  private static void curvature(
      long step, double eta, double energy, Map<String, Quantity> q, Map<String, String> absent) {
    double limit = 3.8 / eta;
    q.put(id(QuantityName.STABILITY_LIMIT), Quantity.exact(limit, "settings"));
    put(q, QuantityName.NOISE_ANISOTROPY, 0.3, 0.1);
    put(q, QuantityName.NOISE_TAIL_INDEX, 3.4, 0.2);
    put(q, QuantityName.CURVATURE_RAYLEIGH, 1.5 + Math.exp(-step / 700.0), 0.08);
    if (step < 200) {
      String why = "not precise enough yet; a probe with hessian_top tells it";
      absent.put(id(QuantityName.SHARPNESS), why);
      absent.put(id(QuantityName.STABILITY_RATIO), "waits for the sharpness");
      absent.put(id(QuantityName.NOISE_CURVATURE_ALIGNMENT), "waits for the sharpness");
    } else {
      double ratio = 1 - 0.8 * Math.exp(-(step - 200) / 900.0);
      put(q, QuantityName.SHARPNESS, ratio * limit, 0.07);
      put(q, QuantityName.STABILITY_RATIO, ratio, 0.07);
      put(q, QuantityName.NOISE_CURVATURE_ALIGNMENT, 0.88, 0.05);
    }
    put(q, QuantityName.TEMPERATURE_SPREAD, 0.4, 0.3);
    put(q, QuantityName.COVARIANCE_RATIO, 1.04, 0.1);
    put(q, QuantityName.THERMAL_ENERGY_MEASURED, 0.95 * energy, 0.1);
    q.put(id(QuantityName.ROTATIONAL_FLOW), Quantity.of(0.03, -0.05, 0.11, "blocks"));
    put(q, QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE, -0.5 * energy, -0.2);
  }

  private static void put(Map<String, Quantity> q, QuantityName name, double x, double error) {
    q.put(id(name), Quantity.of(x, x * (1 - error), x * (1 + error), "synthetic"));
  }

  private static List<Quantity> temperatures(double energy, double error) {
    List<Quantity> elements = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      double x = energy * (1 + 0.3 * Math.sin(2.0 * i));
      elements.add(Quantity.of(x, x * (1 - error), x * (1 + error), "synthetic"));
    }
    return elements;
  }

  private static List<Quantity> eigenvalues(double trace) {
    List<Quantity> elements = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      double x = 0.3 * trace / i;
      elements.add(Quantity.of(x, x / 1.15, x * 1.15, "streaming_svd"));
    }
    return elements;
  }

  /** Nothing is identified but the settings. */
  static Insight allAbsent(String run, long step, double startedAt) {
    Map<String, String> absent = new LinkedHashMap<>();
    for (QuantityName name : QuantityName.values()) {
      absent.put(name.id(), "one micro-batch a step and no sketches: send at least two of a step");
    }
    return new Insight(
        run, 0, step, startedAt + step / 40.0, Map.of(), Map.of(), absent, null, List.of(), null);
  }

  /** A loss that grows from 0.5 to 10³⁰ from step 2,000 on and then is not finite. */
  static Insight diverging(String run, long step, double startedAt) {
    Insight base = insight(run, 0, Math.min(step, 1_999), startedAt);
    Map<String, Quantity> q = new LinkedHashMap<>(base.quantities());
    Map<String, String> absent = new LinkedHashMap<>(base.absent());
    Verdict verdict = base.verdict();
    if (step >= 2_000) {
      double growth = Math.pow(10, Math.min(30, (step - 2_000) / 5.0));
      for (QuantityName name :
          List.of(
              QuantityName.LOSS,
              QuantityName.BATCH_LOSS,
              QuantityName.GRADIENT_SQNORM,
              QuantityName.NOISE_TRACE)) {
        if (step >= 2_160) {
          q.remove(name.id());
          absent.put(name.id(), "not finite since step 2160");
        } else {
          double x = 0.5 * growth;
          q.put(name.id(), Quantity.of(x, x * 0.5, x * 2, "ew"));
        }
      }
      verdict =
          new Verdict(
              Severity.CRITICAL,
              "The run diverged at step 2000",
              "The loss grew by a factor of 10 every 5 steps to 5×10²⁹ and is not finite since step 2160.",
              "Stop it. Restart from a checkpoint before step 2000 with half the learning rate.");
    }
    return new Insight(
        run,
        0,
        step,
        startedAt + step / 40.0,
        q,
        Map.of(),
        absent,
        step >= 2_000 ? Regime.DIVERGING : base.regime(),
        List.of(),
        verdict);
  }

  /**
   * Hops among three basins, by a clock: 300 steps in each, the way back through the middle one.
   */
  static Insight hopping(String run, long step, double startedAt) {
    Insight base = insight(run, 0, Math.min(step, 2_000), startedAt);
    int[] order = {1, 2, 3, 2};
    int basin = order[(int) (step / 300 % 4)];
    boolean passing = step % 300 < 20 && step >= 300;
    Random random = new Random(step);
    List<BasinReport.Point> centres =
        List.of(
            new BasinReport.Point(-1, 0.2),
            new BasinReport.Point(0.2, -0.4),
            new BasinReport.Point(1.1, 0.5));
    BasinReport.Point centre = centres.get(basin - 1);
    long hops = step / 300;
    BasinReport report =
        new BasinReport(
            basin,
            3,
            hops,
            List.of(0.25, 0.5, 0.25),
            List.of(300.0, 300.0, Double.NaN),
            true,
            new BasinReport.Point(
                centre.x() + 0.13 * random.nextGaussian(),
                centre.y() + 0.1 * random.nextGaussian()),
            centres,
            List.of(
                new BasinReport.Flow(1, 2, 1 + hops / 4),
                new BasinReport.Flow(2, 3, 1 + hops / 4),
                new BasinReport.Flow(3, 2, 12),
                new BasinReport.Flow(2, 1, 1)));
    Findings findings =
        new Findings(
            report,
            List.of(
                new Forecast(
                    "escape_steps", step, step + 900, Quantity.of(300, 40, 1_200, "rates")),
                new Forecast("loss", step, step + 500, Quantity.of(0.31, 0.28, 0.34, "drift"))),
            Map.of(
                "escape_steps", new ForecastScore(hops, hops * 9 / 10, 0.9, -6.1),
                "loss", new ForecastScore(12, 11, 0.9, 2.25)),
            Map.of(
                "accuracy", Quantity.of(0.91, 0.9, 0.92, "random_scaling"),
                "accuracy (batch means)", Quantity.of(0.91, 0.903, 0.917, "batch_means"),
                "loss", Quantity.of(0.312, 0.29, 0.334, "random_scaling_unreliable")));
    Map<String, Quantity> q = new LinkedHashMap<>(base.quantities());
    q.put(
        id(QuantityName.AVERAGED_LOSS_CHANGE), Quantity.of(-0.013, -0.015, -0.011, "fluctuations"));
    q.put(id(QuantityName.OCCUPATION_LAW), Quantity.of(5.2, 0.9, 9.5, "likelihood"));
    q.put(id(QuantityName.OCCUPATION_TEMPERATURE), Quantity.of(0.45, 0.39, 0.53, "likelihood"));
    Map<String, String> absent = new LinkedHashMap<>(base.absent());
    absent.remove(id(QuantityName.AVERAGED_LOSS_CHANGE));
    if (hops == 0) {
      q.put(
          id(QuantityName.ESCAPE_PROBABILITY),
          Quantity.atMost(1 - Math.exp(-3 * (4_000.0 - step) / (step + 20)), "no_escape_seen"));
    } else {
      q.put(id(QuantityName.ESCAPE_PROBABILITY), Quantity.of(0.97, 0.9, 0.995, "rates"));
    }
    return new Insight(
        run,
        0,
        step,
        startedAt + step / 40.0,
        q,
        base.vectors(),
        absent,
        step < 200
            ? Regime.WARMING_UP
            : passing ? Regime.TRANSITION : basin == 3 ? Regime.PLATEAU : Regime.STATIONARY,
        List.of(),
        base.verdict(),
        findings);
  }

  static Alert alert(String run, int attempt, long step, Severity severity, double startedAt) {
    return new Alert(
        run,
        attempt,
        step,
        startedAt + step / 40.0,
        severity == Severity.CRITICAL ? "divergence" : "thermal_energy",
        severity,
        severity == Severity.CRITICAL
            ? "The loss is growing exponentially"
            : "The noise now carries a third of the loss",
        "E_th = 0.098 (0.088–0.108) of a loss of 0.301",
        "Halve the learning rate: the loss should fall by about 0.05.");
  }

  /** Feeds steps {@code from ≤ step < to}. */
  static void feed(
      LiveStore store, String run, int attempt, long from, long to, int every, double startedAt) {
    for (long step = from; step < to; step += every) {
      store.accept(insight(run, attempt, step, startedAt));
    }
  }

  private static String id(QuantityName name) {
    return name.id();
  }
}
