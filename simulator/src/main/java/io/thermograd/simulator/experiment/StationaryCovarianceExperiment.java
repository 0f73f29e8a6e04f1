package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.theory.StationaryCovariance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The stationary covariance of SGD, heavy ball and Nesterov on a quadratic whose Hessian and noise
 * have different axes. The quadratic is fixed; the seed decides the noise drawn.
 */
final class StationaryCovarianceExperiment implements Experiment {
  private static final double LARGEST = 4;
  private static final double SMALLEST = 0.5;
  private static final int BATCH = 8;
  private static final double MOMENTUM = 0.9;
  private static final double TOLERANCE = 0.03;

  private final Quadratic loss = Quadratic.rotated(17, SMALLEST, 1.5, LARGEST);
  private final double[][] hessian = loss.hessian();
  private final double[][] sigma = Quadratic.rotated(6, 8, 1, 20).hessian();
  private final double[][] noise = StationaryCovariance.batchNoise(sigma, 1, BATCH);
  private final double[][] inverse = StationaryCovariance.lyapunov(hessian, identity(2));

  /** One optimizer at one learning rate, with what the theory says. */
  private record Case(
      String name, OptimizerSettings optimizer, double learningRate, double[][] exact) {
    double effectiveLearningRate() {
      return learningRate * optimizer.gain();
    }

    /** Steps in which fluctuations are forgotten: along the flattest axis, or by the velocity. */
    int memory() {
      return (int)
          Math.ceil(Math.max(1 / (effectiveLearningRate() * SMALLEST), 2 * optimizer.gain()));
    }
  }

  @Override
  public String name() {
    return "stationary-covariance";
  }

  @Override
  public String title() {
    return "Stationary covariance of the iterates";
  }

  @Override
  public String question() {
    return "Around a minimum the iterates' covariance C solves HC + CH − ηHCH = (η/B)Σ for SGD, and an"
        + " exact recursion of the same kind for momentum, also where H and Σ do not commute. Is it"
        + " the covariance of replicas that have long forgotten their start, at step sizes where"
        + " continuous time is far off, and how wrong is the formula ηH⁻¹(Σ/B)H⁻¹?";
  }

  @Override
  public Findings run(Setting setting) {
    List<Row> rows = new ArrayList<>();
    List<Double> exactEntries = new ArrayList<>();
    List<Measured> entries = new ArrayList<>();
    int samples = setting.size(300_000, 4_000_000);
    List<Case> cases = cases();
    for (int c = 0; c < cases.size(); c++) {
      Case each = cases.get(c);
      List<double[]> parts = moments(each, samples, setting, c);
      entryRows(each, parts, rows, exactEntries, entries);
      wholeRows(each, parts, rows);
    }
    List<Plot> plots = List.of(sweep(setting, rows), agreement(exactEntries, entries));
    return new Findings(rows, plots, List.of(remark()));
  }

  private List<Case> cases() {
    double sgd = 1.2 / LARGEST;
    double heavyBall = 2 / LARGEST;
    double nesterov = 0.6 / LARGEST;
    return List.of(
        new Case(
            "SGD, ηκ = 1.2",
            OptimizerSettings.sgd(),
            sgd,
            StationaryCovariance.sgd(hessian, noise, sgd)),
        new Case(
            "heavy ball 0.9, ηκ = 2",
            OptimizerSettings.heavyBall(MOMENTUM),
            heavyBall,
            StationaryCovariance.heavyBall(hessian, noise, heavyBall, MOMENTUM)),
        new Case(
            "Nesterov 0.9, ηκ = 0.6",
            OptimizerSettings.nesterov(MOMENTUM),
            nesterov,
            StationaryCovariance.nesterov(hessian, noise, nesterov, MOMENTUM)));
  }

  private List<double[]> moments(Case each, int samples, Setting setting, int number) {
    return new StationaryMoments(
            loss,
            GaussianNoise.of(sigma),
            each.optimizer(),
            each.learningRate(),
            BATCH,
            each.memory())
        .measure(setting, name(), number, samples);
  }

  private static void entryRows(
      Case each,
      List<double[]> parts,
      List<Row> rows,
      List<Double> exactEntries,
      List<Measured> entries) {
    int dim = each.exact().length;
    for (int i = 0; i < dim; i++) {
      for (int j = i; j < dim; j++) {
        int at = i * dim + j;
        Measured measured = Intervals.mean(parts.stream().mapToDouble(p -> p[at]).toArray());
        double exact = each.exact()[i][j];
        rows.add(
            new Row(
                "%s: C%s%s".formatted(each.name(), index(i), index(j)),
                exact,
                measured,
                Requirement.within(TOLERANCE)));
        exactEntries.add(exact);
        entries.add(measured);
      }
    }
  }

  private void wholeRows(Case each, List<double[]> parts, List<Row> rows) {
    int dim = each.exact().length;
    double[] mean = new double[dim * dim];
    double variance = 0; // of the mean, summed over entries
    double norm = 0;
    double distance = 0;
    for (int at = 0; at < mean.length; at++) {
      int k = at;
      double[] values = parts.stream().mapToDouble(p -> p[k]).toArray();
      mean[at] = Arrays.stream(values).average().orElse(Double.NaN);
      for (double v : values) {
        variance += (v - mean[at]) * (v - mean[at]) / (values.length * (values.length - 1.0));
      }
      double exact = each.exact()[at / dim][at % dim];
      norm += exact * exact;
      distance += (mean[at] - exact) * (mean[at] - exact);
    }
    double off = Math.sqrt(distance / norm);
    double blur = 2 * Math.sqrt(variance / norm); // the triangle inequality, two standard errors
    rows.add(
        new Row(
            each.name() + ": ‖Ĉ − C‖/‖C‖",
            0,
            new Measured(off, Math.max(0, off - blur), off + blur),
            Requirement.atMost(TOLERANCE)));
    Measured energy = Intervals.mean(parts.stream().mapToDouble(p -> energy(matrix(p))).toArray());
    rows.add(
        new Row(
            each.name() + ": excess loss ½ tr(HC)",
            energy(each.exact()),
            energy,
            Requirement.within(TOLERANCE)));
    rows.add(
        new Row(
            each.name() + ": the same, continuous time",
            energy(StationaryCovariance.continuous(hessian, noise, each.effectiveLearningRate())),
            energy,
            Requirement.none()));
    rows.add(
        new Row(
            each.name() + ": the same, wrong ηH⁻¹(Σ/B)H⁻¹",
            energy(wrong(each.effectiveLearningRate())),
            energy,
            Requirement.none()));
  }

  /** The excess loss per learning rate over all stable step sizes. */
  private Plot sweep(Setting setting, List<Row> rows) {
    double[] at = {0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 1.8};
    List<Measured> measured = new ArrayList<>();
    for (int k = 0; k < at.length; k++) {
      double eta = at[k] / LARGEST;
      Case each =
          new Case(
              "SGD, ηκ = " + Numbers.plain(at[k]),
              OptimizerSettings.sgd(),
              eta,
              StationaryCovariance.sgd(hessian, noise, eta));
      List<double[]> parts = moments(each, setting.size(80_000, 400_000), setting, 10 + k);
      Measured energy =
          Intervals.mean(parts.stream().mapToDouble(p -> energy(matrix(p)) / eta).toArray());
      measured.add(energy);
      rows.add(
          new Row(
              each.name() + ": excess loss/η",
              energy(each.exact()) / eta,
              energy,
              Requirement.within(TOLERANCE)));
    }
    int points = 96;
    double[] x = new double[points];
    double[] exact = new double[points];
    double[] continuous = new double[points];
    double[] wrong = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = 0.04 * StrictMath.pow(1.9 / 0.04, i / (points - 1.0));
      double eta = x[i] / LARGEST;
      exact[i] = energy(StationaryCovariance.sgd(hessian, noise, eta)) / eta;
      continuous[i] = energy(StationaryCovariance.continuous(hessian, noise, eta)) / eta;
      wrong[i] = energy(wrong(eta)) / eta;
    }
    return new Plot(
        "What noise adds to the loss of SGD, per unit of learning rate",
        new Plot.Axis("ηκ of the steepest direction", true),
        new Plot.Axis("½ tr(HC)/η (loss/η)", true),
        List.of(
            Plot.Series.line("exact, discrete", x, exact),
            Plot.Series.line("continuous time", x, continuous),
            Plot.Series.line("wrong: ηH⁻¹(Σ/B)H⁻¹", x, wrong),
            Plot.Series.points("measured", at, measured)));
  }

  private static Plot agreement(List<Double> exact, List<Measured> entries) {
    double[] x = exact.stream().mapToDouble(v -> v).toArray();
    double low = Arrays.stream(x).min().orElse(0);
    double high = Arrays.stream(x).max().orElse(1);
    double[] ends = {low, high};
    return new Plot(
        "Every entry of C for SGD, heavy ball and Nesterov",
        new Plot.Axis("predicted C_ij", false),
        new Plot.Axis("measured C_ij", false),
        List.of(Plot.Series.line("equal", ends, ends), Plot.Series.points("measured", x, entries)));
  }

  private String remark() {
    double commutator = 0;
    double product = 0;
    int dim = loss.dim();
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        double hs = 0;
        double sh = 0;
        for (int k = 0; k < dim; k++) {
          hs += hessian[i][k] * sigma[k][j];
          sh += sigma[i][k] * hessian[k][j];
        }
        commutator += (hs - sh) * (hs - sh);
        product += hs * hs;
      }
    }
    return ("H has the curvatures 0.5, 1.5 and 4, Σ the variances 1, 8 and 20 in other axes:"
            + " ‖HΣ − ΣH‖/‖HΣ‖ = %.2f. Both are fixed; κ in ηκ is the largest curvature.")
        .formatted(Math.sqrt(commutator / product));
  }

  /** The sandwich ηH⁻¹NH⁻¹, which belongs to averaged iterates. */
  private double[][] wrong(double eta) {
    int dim = loss.dim();
    double[][] result = new double[dim][dim];
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        for (int k = 0; k < dim; k++) {
          for (int l = 0; l < dim; l++) {
            result[i][j] += eta * inverse[i][k] * noise[k][l] * inverse[l][j];
          }
        }
      }
    }
    return result;
  }

  private double energy(double[][] covariance) {
    return StationaryCovariance.excessLoss(hessian, covariance);
  }

  private double[][] matrix(double[] flat) {
    int dim = loss.dim();
    double[][] m = new double[dim][];
    for (int i = 0; i < dim; i++) {
      m[i] = Arrays.copyOfRange(flat, i * dim, (i + 1) * dim);
    }
    return m;
  }

  private double[][] identity(double scale) {
    int dim = loss.dim();
    double[][] m = new double[dim][dim];
    for (int i = 0; i < dim; i++) {
      m[i][i] = scale;
    }
    return m;
  }

  private static String index(int i) {
    return String.valueOf("₁₂₃".charAt(i));
  }
}
