package io.thermograd.simulator.scenario;

import io.thermograd.simulator.data.BreastCancer;
import io.thermograd.simulator.data.GaussianDesign;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.LinearModel;
import io.thermograd.simulator.model.LinearRegression;
import io.thermograd.simulator.model.LogisticRegression;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.theory.Temperature;
import io.thermograd.wire.Regime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convex models on data, whose minimum, Hessian and noise covariance are computed exactly. */
final class LinearModels {
  private static final long EVERY = 250;
  private static final Batches BATCHES = Batches.of(4, 8);

  private LinearModels() {}

  static List<Scenario> all() {
    return List.of(
        new Scenario(
            "linear-regression",
            "least squares in 10 dimensions, started at its optimum: equilibrium from the beginning",
            6_000,
            LinearModels::linear),
        new Scenario(
            "breast-cancer",
            "logistic regression on the breast-cancer data descends to its unique optimum",
            6_000,
            LinearModels::logistic));
  }

  private static Simulation linear(Scenario scenario, Setup setup) {
    double[] coefficients = new double[10];
    Arrays.setAll(coefficients, i -> i % 2 == 0 ? 0.3 : -0.3);
    double[][] design = Quadratic.rotated(setup.seed(), Numbers.geometric(2, 0.1, 10)).hessian();
    LinearModel model =
        new LinearRegression(
            new GaussianDesign(design, coefficients).regression(2_000, 0.5, setup.seed()), 0);
    return simulation(
        scenario,
        setup,
        Map.of("model", "linear-regression", "data", "gaussian-10"),
        model,
        LearningRate.constant(0.1),
        model.optimum());
  }

  private static Simulation logistic(Scenario scenario, Setup setup) {
    LinearModel model = new LogisticRegression(BreastCancer.load().standardised().withBias(), 0.01);
    return simulation(
        scenario,
        setup,
        Map.of("model", "logistic-regression", "data", "breast-cancer"),
        model,
        LearningRate.constant(0.3),
        new double[model.parameterCount()]);
  }

  private static Simulation simulation(
      Scenario scenario,
      Setup setup,
      Map<String, String> labels,
      LinearModel model,
      LearningRate rate,
      double[] start) {
    TrainingPlan plan = TrainingPlan.of(OptimizerSettings.sgd(), rate, BATCHES, setup.steps());
    return new Simulation(
            scenario,
            setup,
            labels,
            plan,
            log -> {
              predict(log, model, start, rate.at(0));
              log.values(probe(model).every(EVERY));
              log.add(new CourseProbe(theta -> model.loss(Numbers.wide(theta)), Long.MAX_VALUE));
              // With replacement: only independent draws have the covariance Σ/B from step to step.
              return new Start(
                  new ObjectiveSource(model, SamplingScheme.WITH_REPLACEMENT, setup.seed()),
                  start,
                  List.of());
            })
        .probing(EVERY);
  }

  private static void predict(TruthLog log, LinearModel model, double[] start, double eta) {
    double[] optimum = model.optimum();
    double[][] hessian = model.hessian(optimum);
    double[][] sigma = model.noiseCovariance(optimum);
    int batch = BATCHES.batchSize(0);
    double[][] c =
        StationaryCovariance.sgd(hessian, StationaryCovariance.batchNoise(sigma, 1, batch), eta);
    double[] curvatures = eigenvalues(hessian);
    double trace = Numbers.trace(sigma);
    double dimension = trace * trace / Numbers.traceOfProduct(sigma, sigma);
    log.quantity("optimum", "param", "the θ that minimises the loss, by Newton").at(0, optimum);
    log.quantity("loss_at_optimum", "loss", "L there").at(0, model.loss(optimum));
    log.quantity("hessian_eigenvalues", "loss/param²", "of H at the optimum").at(0, curvatures);
    log.quantity("noise_trace_at_optimum", "(loss/param)²", "tr Σ at the optimum").at(0, trace);
    log.quantity("temperature_nominal", "param²/loss", "η/B")
        .at(0, Temperature.nominal(eta, batch));
    long settled = settled(log, start, optimum, eta, curvatures);
    log.quantity("temperature_effective", "loss", "η tr Σ/(2 B d_eff) at the optimum")
        .at(settled, eta * trace / (2 * batch * dimension));
    log.quantity("thermal_energy", "loss", "½ tr(HC), noise as at the optimum")
        .at(settled, StationaryCovariance.excessLoss(hessian, c));
    log.quantity("stationary_covariance", "param²", "HC + CH − ηHCH = (η/B)Σ, both at the optimum")
        .matrixAt(settled, c);
  }

  /**
   * When the slowest direction has forgotten its start, in a quadratic of the optimum's Hessian.
   */
  private static long settled(
      TruthLog log, double[] start, double[] optimum, double eta, double[] curvatures) {
    double slowest = curvatures[curvatures.length - 1];
    boolean descends = !Arrays.equals(start, optimum);
    // A variance forgets at twice the rate of the mean; the mean starts far above the noise.
    double share = descends ? 1e-4 : 1e-2;
    long step = (long) Math.ceil(StrictMath.log(share) / (2 * StrictMath.log(1 - eta * slowest)));
    log.moment(
        "stationary_from",
        step,
        "(1 − ηκ_min)^(2t) is below %s: the start is forgotten".formatted(share));
    log.regime(Regime.STATIONARY, step, Long.MAX_VALUE, "the start is forgotten");
    return step;
  }

  private static TruthProbe probe(LinearModel model) {
    return (step, event, log) -> {
      double[] theta = Numbers.wide(step.theta());
      double[] gradient = new double[theta.length];
      double loss = model.gradient(theta, gradient);
      double[][] sigma = model.noiseCovariance(theta);
      double trace = Numbers.trace(sigma);
      log.quantity("loss", "loss", "L(θ) over all examples").at(step.step(), loss);
      log.quantity("gradient_sqnorm", "(loss/param)²", "‖G‖² over all examples")
          .at(step.step(), Numbers.sqnorm(gradient));
      log.quantity("noise_trace", "(loss/param)²", "tr Σ, enumerated").at(step.step(), trace);
      log.quantity("noise_eigenvalues", "(loss/param)²", "of Σ, descending")
          .at(step.step(), eigenvalues(sigma));
      log.quantity("effective_dimension", "directions", "(tr Σ)²/tr Σ²")
          .at(step.step(), trace * trace / Numbers.traceOfProduct(sigma, sigma));
      double sharpness = eigenvalues(model.hessian(theta))[0];
      log.quantity("sharpness", "loss/param²", "λ_max of H at θ").at(step.step(), sharpness);
    };
  }

  private static double[] eigenvalues(double[][] matrix) {
    return Lanczos.top(SymmetricOperator.of(matrix), matrix.length).values();
  }
}
