package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.theory.Temperature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * η/B as a temperature: what noise adds to the loss at equilibrium, on a quadratic and on a real
 * model, along lines of equal η/B up to the step size at which SGD becomes unstable.
 */
final class BatchSizeExperiment implements Experiment {
  private static final double[] CURVATURES = {0.25, 0.5, 1};
  private static final double VARIANCE = 2; // σ² of one example's gradient, in each direction
  private static final int PER_BATCH = 40; // B/η along the line of equal temperature

  private final Quadratic loss = Quadratic.diagonal(CURVATURES);
  private final GaussianNoise noise = GaussianNoise.isotropic(CURVATURES.length, VARIANCE);

  @Override
  public String name() {
    return "batch-size";
  }

  @Override
  public String title() {
    return "Batch size as temperature";
  }

  @Override
  public String question() {
    return "At equilibrium noise adds the thermal energy η_eff·c·tr Σ/(4B) to the loss, to leading"
        + " order in ηκ: η/B alone decides (linear scaling). At larger steps each direction is hotter"
        + " by 1/(1 − ηκ/2), up to the limit ηκ = 2. Does a quadratic follow, and a logistic"
        + " regression on real data, with and without replacement?";
  }

  @Override
  public Findings run(Setting setting) {
    List<Row> rows = new ArrayList<>();
    int samples = setting.size(250_000, 4_000_000);
    temperatures(setting, samples, rows);
    batchSlope(setting, samples, rows);
    Plot quadratic = equalRatio(setting, samples, rows);
    breaking(setting, samples, rows);
    momentum(setting, samples, rows);
    Plot real = new RealModelTemperature(setting, name()).run(rows);
    return new Findings(
        rows,
        List.of(quadratic, real),
        List.of(
            "Linear scaling is a statement about small steps: on the quadratic it is 10 %% off at"
                + " ηκ = %.2f of the steepest direction, long before the limit of stability."
                    .formatted(breakingPoint(1.1)),
            "Logistic loss is not quadratic, and its noise grows away from the minimum: both warm it by"
                + " some percent at these temperatures.",
            "Shuffled epochs are far colder than independent batches of the same size: over an epoch"
                + " their noise cancels. The finite-population factor c describes one batch, not"
                + " that cancellation."));
  }

  /** Equipartition at small steps, and how it is lost. */
  private void temperatures(Setting setting, int samples, List<Row> rows) {
    for (double eta : new double[] {0.1, 1.2}) {
      int batch = batch(eta);
      List<double[]> parts = moments(OptimizerSettings.sgd(), eta, batch, setting, 1, samples);
      for (int i = 0; i < CURVATURES.length; i++) {
        double kappa = CURVATURES[i];
        int at = i * (CURVATURES.length + 1);
        rows.add(
            new Row(
                "temperature κ Var x, η = %s, κ = %s"
                    .formatted(Numbers.plain(eta), Numbers.plain(kappa)),
                Temperature.directional(eta, 0, VARIANCE / batch, kappa),
                Intervals.mean(parts.stream().mapToDouble(p -> kappa * p[at]).toArray()),
                Requirement.within(0.03)));
      }
    }
  }

  /** The slope of log excess loss on log η/B at one small learning rate. */
  private void batchSlope(Setting setting, int samples, List<Row> rows) {
    double eta = 0.1;
    int[] batches = {1, 4, 16, 64, 256};
    double[] ratios = new double[batches.length];
    double[] energies = new double[batches.length];
    for (int b = 0; b < batches.length; b++) {
      ratios[b] = eta / batches[b];
      energies[b] =
          excess(OptimizerSettings.sgd(), eta, batches[b], setting, 10 + b, samples / 2).value();
    }
    rows.add(
        new Row(
            "slope of log excess loss on log η/B, η = 0.1, B = 1 … 256",
            1,
            Fits.powerLaw(ratios, energies).slope(),
            Requirement.within(0.01)));
  }

  private Plot equalRatio(Setting setting, int samples, List<Row> rows) {
    double[] etas = {0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 1.8, 1.9};
    List<Measured> measured = new ArrayList<>();
    for (int k = 0; k < etas.length; k++) {
      double eta = etas[k];
      int batch = batch(eta);
      Measured ratio =
          excess(OptimizerSettings.sgd(), eta, batch, setting, 20 + k, samples)
              .times(1 / thermalEnergy(eta, batch));
      measured.add(ratio);
      rows.add(
          new Row(
              "excess loss/thermal energy, η = %s, B = %d".formatted(Numbers.plain(eta), batch),
              heating(eta),
              ratio,
              Requirement.within(0.03)));
    }
    double[] x = new double[120];
    double[] exact = new double[x.length];
    double[] rule = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = 0.04 * StrictMath.pow(1.97 / 0.04, i / (x.length - 1.0));
      exact[i] = heating(x[i]);
      rule[i] = 1;
    }
    return new Plot(
        "Equal η/B on a quadratic: linear scaling and where it breaks",
        new Plot.Axis("ηκ of the steepest direction", true),
        new Plot.Axis("excess loss/thermal energy", true),
        List.of(
            Plot.Series.line("exact, discrete", x, exact),
            Plot.Series.line("linear scaling rule", x, rule),
            Plot.Series.points("measured", etas, measured)));
  }

  /** At the step size where theory has the rule 10 % off; and beyond the limit of stability. */
  private void breaking(Setting setting, int samples, List<Row> rows) {
    double eta = breakingPoint(1.1);
    rows.add(
        new Row(
            "excess loss/thermal energy where theory has it 10 %% off, ηκ = %.3f".formatted(eta),
            1.1,
            excess(OptimizerSettings.sgd(), eta, 1, setting, 40, 2 * samples)
                .times(1 / thermalEnergy(eta, 1)),
            Requirement.within(0.02)));
    double unstable = 2.1;
    int memory = 3;
    int steps = 21 * memory; // thrown away, and the one look
    // From rest, E x² = η²N Σ_{s<t} ρ^s with ρ = (1 − ηκ)² > 1.
    double growth = (1 - unstable) * (1 - unstable);
    double predicted =
        unstable * unstable * VARIANCE * (StrictMath.pow(growth, steps) - 1) / (growth - 1);
    int last = CURVATURES.length * CURVATURES.length - 1;
    double[] squares =
        new StationaryMoments(loss, noise, OptimizerSettings.sgd(), unstable, 1, memory)
            .measure(setting, name(), 41, 1).stream().mapToDouble(p -> p[last]).toArray();
    rows.add(
        new Row(
            "beyond the limit, ηκ = 2.1: mean square after %d steps from rest".formatted(steps),
            predicted,
            Intervals.mean(squares),
            Requirement.covers(2)));
  }

  /** The same η_eff/B by momentum. */
  private void momentum(Setting setting, int samples, List<Row> rows) {
    double beta = 0.9;
    double eta = 0.2;
    int batch = 80;
    double effective = Temperature.effectiveLearningRate(eta, beta);
    double predicted = 0;
    for (double kappa : CURVATURES) {
      predicted += Temperature.directional(eta, beta, VARIANCE / batch, kappa) / 2;
    }
    rows.add(
        new Row(
            "excess loss/thermal energy, heavy ball 0.9, η_eff = 2, B = 80",
            predicted / thermalEnergy(effective, batch),
            excess(OptimizerSettings.heavyBall(beta), eta, batch, setting, 42, samples)
                .times(1 / thermalEnergy(effective, batch)),
            Requirement.within(0.03)));
  }

  private Measured excess(
      OptimizerSettings optimizer,
      double eta,
      int batch,
      Setting setting,
      int number,
      int samples) {
    int d = CURVATURES.length;
    return Intervals.mean(
        moments(optimizer, eta, batch, setting, number, samples).stream()
            .mapToDouble(
                p -> {
                  double sum = 0;
                  for (int i = 0; i < d; i++) {
                    sum += CURVATURES[i] * p[i * d + i] / 2;
                  }
                  return sum;
                })
            .toArray());
  }

  private List<double[]> moments(
      OptimizerSettings optimizer,
      double eta,
      int batch,
      Setting setting,
      int number,
      int samples) {
    double slowest = 1 / (eta * optimizer.gain() * CURVATURES[0]);
    // At the edge of stability the steepest direction is the slow one: |1 − ηκ| → 1.
    double edge = 1 / Math.max(0.01, 2 - eta);
    int memory = (int) Math.ceil(Math.max(Math.max(slowest, edge), 2 * optimizer.gain()));
    return new StationaryMoments(loss, noise, optimizer, eta, batch, memory)
        .measure(setting, name(), number, samples);
  }

  private static int batch(double eta) {
    return (int) Math.rint(eta * PER_BATCH);
  }

  private static double thermalEnergy(double eta, int batch) {
    return Temperature.thermalEnergy(eta, 1, VARIANCE * CURVATURES.length, batch);
  }

  /** Exact excess loss over its leading order: the mean of 1/(1 − ηκ/2). */
  private double heating(double eta) {
    double[][] sigma = new double[CURVATURES.length][CURVATURES.length];
    noise.covariance(new double[CURVATURES.length], sigma);
    double exact =
        StationaryCovariance.excessLoss(
            loss.hessian(), StationaryCovariance.sgd(loss.hessian(), sigma, eta));
    return exact / thermalEnergy(eta, 1);
  }

  /** The η at which the heating reaches {@code factor}, by bisection. */
  private double breakingPoint(double factor) {
    DoubleUnaryOperator excess = eta -> heating(eta) - factor;
    double low = 1e-6;
    double high = 1.999;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (excess.applyAsDouble(middle) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
