package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.GaussianDesign;
import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.LinearModel;
import io.thermograd.simulator.model.LinearRegression;
import io.thermograd.simulator.model.LogisticRegression;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.AveragedIterate;
import io.thermograd.theory.StationaryCovariance;
import java.util.ArrayList;
import java.util.List;

/**
 * Replicas of SGD on one data set, their averaged iterates against the exact minimum: do 95 %
 * intervals cover it in 95 % of them, and is the spread of the averages the sandwich?
 */
final class AveragedIterateExperiment implements Experiment {
  private static final int EXAMPLES = 2_000;
  private static final int REPLICAS = 500;
  private static final double[] SPECTRUM = {0.7, 0.85, 1, 1.2, 1.4};
  private static final double[] COEFFICIENTS = {0.24, -0.18, 0.3, -0.12, 0.18};
  private static final int DIM = SPECTRUM.length;
  private static final double NORMAL = 1.959963984540054;

  /** Numbers of averaged iterates at which intervals are looked at: n/2⁶ … n. */
  private static final int CHECKPOINTS = 7;

  private static final String[] METHODS = {
    "random scaling", "plug-in sandwich", "iterates taken as independent"
  };

  /** Schedule η_t = η₀(t+1)^−power. */
  private record Problem(
      String name, LinearModel model, double[] optimum, int batch, double eta, double power) {

    double rate(long step) {
      return power == 0 ? eta : eta * StrictMath.pow(step + 1.0, -power);
    }

    double[][] noise(double[] theta) {
      return StationaryCovariance.batchNoise(model.noiseCovariance(theta), 1, batch);
    }

    double[][] sandwich(double[] theta) {
      return AveragedIterate.sandwich(model.hessian(theta), noise(theta));
    }
  }

  /**
   * What one replica shows.
   *
   * @param covered [method][checkpoint], how many of the directions' intervals hold the minimum
   * @param spread mean over directions of (θ̄ − θ*)² at the end, over its predicted variance
   * @param width random scaling's half-widths at the end, over those of the sandwich
   */
  private record Replica(int[][] covered, double spread, double width) {}

  @Override
  public String name() {
    return "averaged-iterate";
  }

  @Override
  public String title() {
    return "Polyak–Ruppert averages and their intervals";
  }

  @Override
  public String question() {
    return "Is the covariance of an average of n SGD iterates the sandwich H⁻¹(Σ/B)H⁻¹/n, and do the"
        + " two 95 % intervals, random scaling and plug-in sandwich, cover the exact minimum of"
        + " linear and logistic regression in 95 % of 500 replicas? Counted along the sandwich's "
        + DIM
        + " eigenvectors, where estimates are uncorrelated.";
  }

  @Override
  public Findings run(Setting setting) {
    int iterates = setting.size(20_000, 100_000);
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    for (Problem problem : List.of(linear(setting.seed()), logistic(setting.seed()))) {
      measure(setting, problem, iterates, rows, plots, remarks);
    }
    remarks.add(
        "%,d iterates after a burn-in of %,d; batches with replacement from %,d examples, whose own"
                .formatted(iterates, iterates / 10, EXAMPLES)
            + " minimum is the truth. The sandwich is plugged in at θ̄, with H and Σ over all examples.");
    return new Findings(rows, plots, remarks);
  }

  private static void measure(
      Setting setting,
      Problem problem,
      int iterates,
      List<Row> rows,
      List<Plot> plots,
      List<String> remarks) {
    double[][] sandwich = problem.sandwich(problem.optimum);
    Eigenpairs axes = Eigenpairs.of(sandwich);
    List<Replica> replicas =
        setting.workers().map(REPLICAS, r -> replica(problem, axes, iterates, setting.seed(), r));
    double[] counts = new double[CHECKPOINTS];
    for (int c = 0; c < CHECKPOINTS; c++) {
      counts[c] = checkpoint(iterates, c);
    }
    List<Plot.Series> series = new ArrayList<>();
    for (int m = 0; m < METHODS.length; m++) {
      int method = m;
      List<Measured> coverage = new ArrayList<>();
      for (int c = 0; c < CHECKPOINTS; c++) {
        int at = c;
        coverage.add(
            Intervals.mean(
                replicas.stream()
                    .mapToDouble(r -> r.covered[method][at] / (double) DIM)
                    .toArray()));
      }
      boolean valid = m < 2;
      rows.add(
          new Row(
              "coverage, %s, %s".formatted(problem.name, METHODS[m]),
              0.95,
              coverage.get(CHECKPOINTS - 1),
              valid ? Requirement.between(0.93, 0.97) : Requirement.none()));
      series.add(Plot.Series.points(METHODS[m], counts, coverage));
    }
    series.add(
        Plot.Series.line("95 %", new double[] {counts[0], iterates}, new double[] {0.95, 0.95}));
    plots.add(
        new Plot(
            "Coverage of 95 % intervals, " + problem.name,
            new Plot.Axis("averaged iterates", true),
            new Plot.Axis("share of intervals that hold the minimum", false),
            series));
    rows.add(
        new Row(
            "n·Cov(θ̄) over the sandwich, mean of eigenvalues, " + problem.name,
            finite(problem, axes, iterates),
            Intervals.mean(replicas.stream().mapToDouble(r -> r.spread).toArray()),
            Requirement.within(setting.quick() ? 0.15 : 0.1)));
    remarks.add(
        "%s: random scaling's intervals were %.2f times as long as the sandwich's on average."
            .formatted(
                problem.name, replicas.stream().mapToDouble(r -> r.width).average().orElseThrow()));
  }

  /**
   * Mean over the axes of n·Var(u·θ̄_n)/λ: exact for a constant learning rate up to the growth of
   * the noise away from the minimum, 1 in the limit that a falling one has.
   */
  private static double finite(Problem problem, Eigenpairs axes, int iterates) {
    if (problem.power != 0) {
      return 1;
    }
    double[][] covariance =
        AveragedIterate.stationary(
            problem.model.hessian(problem.optimum),
            problem.noise(problem.optimum),
            problem.eta,
            iterates);
    double sum = 0;
    for (int i = 0; i < DIM; i++) {
      sum += iterates * quadratic(covariance, axes.vectors()[i]) / axes.values()[i];
    }
    return sum / DIM;
  }

  private static Replica replica(
      Problem problem, Eigenpairs axes, int iterates, long seed, int number) {
    SplitMix64 random = SplitMix64.stream(seed, 0x4156_0000L + number);
    RandomScaling[] scaling = new RandomScaling[DIM];
    RunningVariance[] naive = new RunningVariance[DIM];
    for (int i = 0; i < DIM; i++) {
      scaling[i] = new RandomScaling();
      naive[i] = new RunningVariance();
    }
    double[] theta = new double[DIM];
    double[] gradient = new double[DIM];
    double[] average = new double[DIM];
    int[] batch = new int[problem.batch];
    int burnIn = iterates / 10;
    int[][] covered = new int[METHODS.length][CHECKPOINTS];
    int next = 0;
    double spread = 0;
    double width = 0;
    for (int step = 0; step < burnIn + iterates; step++) {
      for (int e = 0; e < batch.length; e++) {
        batch[e] = random.nextInt(EXAMPLES);
      }
      problem.model.gradient(theta, batch, 0, batch.length, gradient);
      double eta = problem.rate(step);
      for (int j = 0; j < DIM; j++) {
        theta[j] -= eta * gradient[j];
      }
      if (step < burnIn) {
        continue;
      }
      int n = step - burnIn + 1;
      for (int j = 0; j < DIM; j++) {
        average[j] += (theta[j] - average[j]) / n;
      }
      for (int i = 0; i < DIM; i++) {
        double x = dot(axes.vectors()[i], theta);
        scaling[i].accept(x);
        naive[i].accept(x);
      }
      if (n == checkpoint(iterates, next)) {
        double[][] plugin = problem.sandwich(average);
        for (int i = 0; i < DIM; i++) {
          double[] axis = axes.vectors()[i];
          double error = Math.abs(dot(axis, average) - dot(axis, problem.optimum));
          double half = NORMAL * StrictMath.sqrt(quadratic(plugin, axis) / n);
          covered[0][next] += error <= scaling[i].halfWidth() ? 1 : 0;
          covered[1][next] += error <= half ? 1 : 0;
          covered[2][next] += error <= NORMAL * StrictMath.sqrt(naive[i].variance() / n) ? 1 : 0;
          if (n == iterates) {
            spread += error * error * n / axes.values()[i] / DIM;
            width += scaling[i].halfWidth() / half / DIM;
          }
        }
        next++;
      }
    }
    return new Replica(covered, spread, width);
  }

  private static int checkpoint(int iterates, int number) {
    return iterates >> (CHECKPOINTS - 1 - number);
  }

  private static Problem linear(long seed) {
    LinearModel model =
        new LinearRegression(
            design().regression(EXAMPLES, 1, SplitMix64.stream(seed, 1).nextLong()), 0);
    return new Problem("linear regression", model, model.optimum(), 16, 0.05, 0);
  }

  private static Problem logistic(long seed) {
    LinearModel model =
        new LogisticRegression(
            design().classification(EXAMPLES, SplitMix64.stream(seed, 2).nextLong()), 0);
    // A constant rate would leave a bias of order η that no average takes away.
    return new Problem("logistic regression", model, model.optimum(), 16, 4, 0.505);
  }

  private static GaussianDesign design() {
    double[][] covariance = new double[DIM][DIM];
    for (int i = 0; i < DIM; i++) {
      covariance[i][i] = SPECTRUM[i];
    }
    return new GaussianDesign(covariance, COEFFICIENTS);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static double quadratic(double[][] m, double[] v) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      sum += v[i] * dot(m[i], v);
    }
    return sum;
  }
}
