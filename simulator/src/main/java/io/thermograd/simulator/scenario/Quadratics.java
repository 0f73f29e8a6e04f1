package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.LandscapeSource;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.theory.Temperature;
import io.thermograd.wire.Regime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** SGD on a quadratic of known spectrum, where every expectation is known at every step. */
final class Quadratics {
  private static final long NOISE = 0x51554144L;
  private static final int DIM = 20;
  private static final double LARGEST = 5;
  private static final double LEARNING_RATE = 0.05;
  private static final int MICRO_BATCHES = 4;
  private static final int SIZE = 8;
  private static final long RAISED = 2_000;
  private static final long EVERY = 250;

  /** A stage descends if it begins above so many times its limit, until it is below so many. */
  private static final double DESCENT_FROM = 4;

  private static final double DESCENT_TO = 2;

  private Quadratics() {}

  static List<Scenario> healthy() {
    return List.of(
        new Scenario(
            "noisy-quadratic-aligned",
            "20 dimensions; the noise is largest where the curvature is; reaches equilibrium",
            6_000,
            (s, setup) -> simulation(s, setup, true, LearningRate.constant(LEARNING_RATE), SAME)),
        new Scenario(
            "noisy-quadratic-misaligned",
            "the same noise in rotated directions, so that H and its covariance do not commute",
            6_000,
            (s, setup) -> simulation(s, setup, false, LearningRate.constant(LEARNING_RATE), SAME)),
        new Scenario(
            "batch-size-growth",
            "the batch doubles every 1,500 steps, and the equilibrium cools with it",
            7_500,
            (s, setup) ->
                simulation(
                    s,
                    setup,
                    true,
                    LearningRate.constant(LEARNING_RATE),
                    BatchSizeSchedule.growth(SIZE, 2, 1_500, 16 * SIZE))));
  }

  static List<Scenario> faults() {
    return List.of(
        new Scenario(
            "learning-rate-too-high",
            "at step 2,000 the learning rate is raised to 2.5/λmax: overflow some 200 steps later",
            3_000,
            (s, setup) -> simulation(s, setup, true, raisedTo(2.5), SAME)),
        new Scenario(
            "slow-divergence",
            "at step 2,000 the learning rate is raised to 2.02/λmax: its loss grows by 4 % a step",
            3_000,
            (s, setup) -> simulation(s, setup, true, raisedTo(2.02), SAME)));
  }

  private static final BatchSizeSchedule SAME = BatchSizeSchedule.constant(SIZE);

  /** ηλ_max becomes {@code product} at step {@value #RAISED}. */
  private static LearningRate raisedTo(double product) {
    return LearningRate.constant(LEARNING_RATE).times(product / (LEARNING_RATE * LARGEST), RAISED);
  }

  private static Simulation simulation(
      Scenario scenario, Setup setup, boolean aligned, LearningRate rate, BatchSizeSchedule size) {
    double[] curvatures = Numbers.geometric(LARGEST, LARGEST / 100, DIM);
    double[] variances = Numbers.geometric(4, 0.04, DIM);
    double[][] sigma =
        (aligned ? Quadratic.diagonal(variances) : Quadratic.rotated(setup.seed(), variances))
            .hessian();
    Quadratic landscape = Quadratic.diagonal(curvatures);
    double[] start = new double[DIM];
    Arrays.fill(start, 1);
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.sgd(), rate, new Batches(1, MICRO_BATCHES, size), setup.steps());
    return new Simulation(
        scenario,
        setup,
        Map.of("landscape", "quadratic-20", "noise", aligned ? "aligned" : "misaligned"),
        plan,
        log -> {
          Spectrum spectrum = new Spectrum(curvatures, variances, sigma);
          spectrum.describe(log);
          spectrum.predict(log, plan, start);
          log.values(LandscapeProbes.values(landscape).every(EVERY));
          GaussianNoise noise =
              aligned ? GaussianNoise.diagonal(variances) : GaussianNoise.of(sigma);
          return new Start(
              new LandscapeSource(landscape, noise, Ziggurat.stream(setup.seed(), NOISE)),
              start,
              List.of());
        });
  }

  /** κ, the eigenvalues of Σ, and Σ itself in the eigenvectors of H. */
  private record Spectrum(double[] curvatures, double[] variances, double[][] sigma) {

    void describe(TruthLog log) {
      double trace = Arrays.stream(variances).sum();
      double square = Numbers.sqnorm(variances);
      double curvature = Numbers.sqnorm(curvatures);
      double product = 0;
      for (int i = 0; i < curvatures.length; i++) {
        product += curvatures[i] * sigma[i][i];
      }
      log.quantity("noise_trace", "(loss/param)²", "tr Σ, per example").at(0, trace);
      log.quantity("noise_eigenvalues", "(loss/param)²", "of Σ, descending").at(0, variances);
      log.quantity("effective_dimension", "directions", "(tr Σ)²/tr Σ²")
          .at(0, trace * trace / square);
      log.quantity("hessian_eigenvalues", "loss/param²", "of H, descending").at(0, curvatures);
      log.quantity("sharpness", "loss/param²", "λ_max of H").at(0, curvatures[0]);
      log.quantity("noise_curvature_alignment", "1", "tr(ΣH)/(‖Σ‖_F ‖H‖_F)")
          .at(0, product / Math.sqrt(square * curvature));
    }

    /** What follows from the plan alone: the law of θ at every step. */
    void predict(TruthLog log, TrainingPlan plan, double[] start) {
      QuadraticLaw law = new QuadraticLaw(curvatures, sigma, start);
      double eta = Double.NaN;
      int batch = 0;
      double rest = Double.NaN;
      long since = 0;
      boolean settled = true;
      double before = Double.NaN;
      long descends = -1;
      for (long step = 0; step < plan.steps(); step++) {
        double loss = law.expectedLoss();
        if (plan.learningRate().at(step) != eta || plan.batches().batchSize(step) != batch) {
          if (step > 0) {
            closeStage(log, since, step, settled);
            log.moment(
                plan.batches().batchSize(step) != batch
                    ? "batch_size_changes"
                    : "learning_rate_changes",
                step,
                "first step with η = %s and B = %d"
                    .formatted(plan.learningRate().at(step), plan.batches().batchSize(step)));
          }
          eta = plan.learningRate().at(step);
          batch = plan.batches().batchSize(step);
          rest = stationary(log, step, eta, batch);
          since = step;
          settled = false;
          before = loss;
          descends = loss > DESCENT_FROM * rest ? step : -1;
          if (Double.isInfinite(rest)) {
            diverges(log, step, eta);
          }
        }
        if (descends >= 0 && loss <= DESCENT_TO * rest) {
          log.regime(
              Regime.DESCENDING, descends, step, "E L falls and is still above twice its limit");
          descends = -1;
        }
        if (!settled && Math.abs(loss - rest) <= 0.01 * rest) {
          settled = true;
          since = step;
          log.moment(
              "stationary_from", step, "E L is within 1 % of its limit from here on, by its law");
        }
        if (Double.isInfinite(rest) && !settled && loss > 10 * before) {
          settled = true;
          log.moment("expected_loss_tenfold", step, "E L is 10 times what it was at the change");
        }
        if (step % EVERY == 0) {
          log.quantity("expected_loss", "loss", "E L over all noise, exact law of the quadratic")
              .at(step, loss);
        }
        law.step(eta, batch);
      }
      closeStage(log, since, plan.steps(), settled && !Double.isInfinite(rest));
    }

    private static void closeStage(TruthLog log, long from, long to, boolean stationary) {
      if (stationary) {
        log.regime(Regime.STATIONARY, from, to, "E L is within 1 % of its limit");
      }
    }

    private void diverges(TruthLog log, long step, double eta) {
      log.moment("divergence_starts", step, "ηλ_max = %s exceeds 2".formatted(eta * curvatures[0]));
      log.regime(Regime.DIVERGING, step, Long.MAX_VALUE, "the expected loss grows without bound");
      log.quantity("growth_rate", "1/step", "of the fastest direction: log|1 − ηλ_max|")
          .at(step, StrictMath.log(eta * curvatures[0] - 1));
    }

    /** Says what the equilibrium would be, and returns its loss. */
    private double stationary(TruthLog log, long step, double eta, int batch) {
      double trace = Arrays.stream(variances).sum();
      double effective = trace * trace / Numbers.sqnorm(variances);
      log.quantity("temperature_nominal", "param²/loss", "η/B")
          .at(step, Temperature.nominal(eta, batch));
      if (eta * curvatures[0] >= 2) {
        return Double.POSITIVE_INFINITY;
      }
      double[][] c =
          StationaryCovariance.sgd(
              Quadratic.diagonal(curvatures).hessian(),
              StationaryCovariance.batchNoise(sigma, 1, batch),
              eta);
      double[] temperatures = new double[c.length];
      double energy = 0;
      for (int i = 0; i < c.length; i++) {
        temperatures[i] = curvatures[i] * c[i][i];
        energy += 0.5 * temperatures[i];
      }
      log.quantity("temperature_effective", "loss", "η tr Σ/(2 B d_eff)")
          .at(step, eta * trace / (2 * batch * effective));
      log.quantity(
              "temperatures", "loss", "κ_i Var θ_i at rest, in the order of hessian_eigenvalues")
          .at(step, temperatures);
      log.quantity("thermal_energy", "loss", "½ tr(HC) at rest").at(step, energy);
      log.quantity(
              "loss_autocorrelation_steps",
              "steps",
              "1 + 2Σρ_k of L at rest, exact: Cov(L_t, L_t+k) = ½ Σ κ_i κ_j C_ij² (1 − ηκ_j)^2k")
          .at(step, memory(c, eta));
      log.quantity(
              "stationary_covariance",
              "param²",
              "C of HC + CH − ηHCH = (η/B)Σ, in the eigenvectors of H")
          .matrixAt(step, c);
      return energy;
    }

    /** Σ over k of (r_j²)^k from 1 on, twice, plus 1: (1 + r²)/(1 − r²). */
    private double memory(double[][] c, double eta) {
      double sum = 0;
      double weights = 0;
      for (int i = 0; i < c.length; i++) {
        for (int j = 0; j < c.length; j++) {
          double r = 1 - eta * curvatures[j];
          double weight = curvatures[i] * curvatures[j] * c[i][j] * c[i][j];
          weights += weight;
          sum += weight * (1 + r * r) / (1 - r * r);
        }
      }
      return sum / weights;
    }
  }
}
