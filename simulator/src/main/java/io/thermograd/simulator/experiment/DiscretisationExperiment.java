package io.thermograd.simulator.experiment;

import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.random.Ziggurat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What the step size costs: orders of Euler–Maruyama, its stationary bias, and the cure. */
public final class DiscretisationExperiment implements Experiment {
  private static final int FINEST = 9;
  private static final int COARSEST = 2;
  private static final int WEAK_LEVELS = 6;
  private static final int PARTS = 16;

  /** κ and σ of dx = −κx dt + σx dW, a minimum whose noise vanishes with the gradient. */
  private static final double KAPPA = 0.5;

  private static final double SIGMA = 0.8;
  private static final double TEMPERATURE = 0.25;

  @Override
  public String name() {
    return "discretisation";
  }

  @Override
  public String title() {
    return "Step size: order, bias and Metropolis' correction";
  }

  @Override
  public String question() {
    return "Euler–Maruyama errs by h^½ on paths under multiplicative noise, by h under additive"
        + " noise and in the mean; Milstein errs by h and is Euler under additive noise."
        + " Langevin's stationary variance is T/(κ(1−hκ/2)); with the Metropolis test it is T/κ.";
  }

  @Override
  public Findings run(Setting setting) {
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    orders(setting, rows, plots);
    StationaryBias bias = new StationaryBias(setting);
    bias.quadratic(rows);
    bias.doubleWell(rows, plots);
    bias.autocorrelation(rows, plots);
    return new Findings(
        rows,
        plots,
        List.of(
            "All schemes of one row of the order plot follow the same Brownian paths.",
            "The Metropolis test removes the bias at every step size, but refuses large steps: the"
                + " autocorrelation time has a minimum where about 6 in 10 are accepted."));
  }

  /** Mean errors of one part's paths, by level. */
  @SuppressWarnings("ArrayRecordComponent") // data to average, never compared
  private record Errors(
      double[] euler, double[] milstein, double[] additive, double[] weak, double gap) {}

  private static void orders(Setting setting, List<Row> rows, List<Plot> plots) {
    int paths = setting.size(3_000, 60_000);
    List<Errors> parts = setting.workers().map(PARTS, p -> errors(setting.seed(), p, paths));

    rows.add(
        order("strong order of Euler, multiplicative noise", 0.5, parts, Errors::euler, 5, 0.06));
    rows.add(
        order(
            "strong order of Milstein, multiplicative noise", 1, parts, Errors::milstein, 5, 0.06));
    rows.add(order("strong order of Euler, additive noise", 1, parts, Errors::additive, 5, 0.06));
    rows.add(order("weak order of Euler, E x²", 1, parts, Errors::weak, 2, 0.15));
    for (int level : new int[] {COARSEST, COARSEST + 2}) {
      rows.add(
          new Row(
              "error of E x² at h = 1/%d, multiplicative noise".formatted(1 << level),
              weakError(level),
              Intervals.mean(column(parts, Errors::weak, level)),
              // four and a half standard errors: 1.5 % in full runs, 7 % in quick ones
              Requirement.within(setting.quick() ? 0.3 : 0.08)));
    }
    rows.add(
        new Row(
            "largest |Milstein − Euler| under additive noise",
            0,
            Measured.exact(parts.stream().mapToDouble(Errors::gap).max().orElse(Double.NaN)),
            Requirement.between(0, 0)));
    plots.add(plot(parts));
  }

  private static Errors errors(long seed, int part, int paths) {
    StochasticPaths multiplicative =
        new StochasticPaths(x -> -KAPPA * x, x -> SIGMA * x, x -> SIGMA, 1);
    double amplitude = Math.sqrt(2 * TEMPERATURE);
    StochasticPaths additive =
        new StochasticPaths(x -> -x * (x * x - 1), x -> amplitude, x -> 0, 0.5);
    Ziggurat random = Ziggurat.stream(seed, 100 + part);
    int n = FINEST;
    double[][] sums = new double[3][n];
    double gap = 0;
    for (int p = 0; p < paths; p++) {
      double[] dw = StochasticPaths.increments(FINEST, random);
      double exact = exact(Arrays.stream(dw).sum());
      double finer = additive.euler(dw, FINEST);
      for (int level = FINEST - 1; level >= COARSEST; level--) {
        double euler = multiplicative.euler(dw, level);
        double well = additive.euler(dw, level);
        sums[0][level] += Math.abs(euler - exact) / paths;
        sums[1][level] += Math.abs(multiplicative.milstein(dw, level) - exact) / paths;
        // There is no exact path here: h against h/2 falls with the same power of h.
        sums[2][level] += Math.abs(well - finer) / paths;
        gap = Math.max(gap, Math.abs(additive.milstein(dw, level) - well));
        finer = well;
      }
    }
    double[] weak = weakErrors(multiplicative, 16 * paths, random);
    return new Errors(sums[0], sums[1], sums[2], weak, gap);
  }

  /** Errors in the mean need more paths, and no fine ones. */
  private static double[] weakErrors(StochasticPaths process, int paths, Ziggurat random) {
    double[] sums = new double[WEAK_LEVELS];
    for (int p = 0; p < paths; p++) {
      double[] dw = StochasticPaths.increments(WEAK_LEVELS - 1, random);
      double exact = exact(Arrays.stream(dw).sum());
      for (int level = COARSEST; level < WEAK_LEVELS; level++) {
        double euler = process.euler(dw, level);
        sums[level] += (euler * euler - exact * exact) / paths;
      }
    }
    return sums;
  }

  /** x(1) of the process itself. */
  private static double exact(double w) {
    return StrictMath.exp(-KAPPA - 0.5 * SIGMA * SIGMA + SIGMA * w);
  }

  /** E x² after unit time by Euler with 2^level steps, minus that of the process. */
  private static double weakError(int level) {
    double h = 1.0 / (1 << level);
    double perStep = (1 - KAPPA * h) * (1 - KAPPA * h) + SIGMA * SIGMA * h;
    return StrictMath.pow(perStep, 1 << level) - StrictMath.exp(-2 * KAPPA + SIGMA * SIGMA);
  }

  private interface Column {
    double[] of(Errors errors);
  }

  private static double[] column(List<Errors> parts, Column column, int level) {
    return parts.stream().mapToDouble(e -> column.of(e)[level]).toArray();
  }

  /**
   * One slope from the means at four levels from {@code first} on, its interval by leaving out each
   * part once (jackknife).
   */
  private static Row order(
      String what,
      double predicted,
      List<Errors> parts,
      Column column,
      int first,
      double tolerance) {
    double[] pseudo = new double[PARTS];
    double all = slope(parts, column, first);
    for (int p = 0; p < PARTS; p++) {
      List<Errors> others = new ArrayList<>(parts);
      others.remove(p);
      pseudo[p] = PARTS * all - (PARTS - 1) * slope(others, column, first);
    }
    Measured spread = Intervals.mean(pseudo);
    double half = (spread.high() - spread.low()) / 2;
    return new Row(
        what,
        predicted,
        new Measured(all, all - half, all + half),
        Requirement.between(predicted - tolerance, predicted + tolerance));
  }

  private static double slope(List<Errors> parts, Column column, int first) {
    double[] means =
        IntStream.range(first, first + 4)
            .mapToDouble(
                level ->
                    Math.abs(Arrays.stream(column(parts, column, level)).average().orElseThrow()))
            .toArray();
    return Fits.powerLaw(steps(first, first + 4), means).slopeValue();
  }

  private static IntStream levels() {
    return IntStream.range(COARSEST, FINEST);
  }

  private static double[] steps(int first, int end) {
    return IntStream.range(first, end).mapToDouble(level -> 1.0 / (1 << level)).toArray();
  }

  private static Plot plot(List<Errors> parts) {
    return new Plot(
        "Errors after unit time",
        new Plot.Axis("h", true),
        new Plot.Axis("error", true),
        List.of(
            series("Euler, multiplicative: paths", parts, Errors::euler),
            series("Milstein, multiplicative: paths", parts, Errors::milstein),
            series("Euler, additive: h against h/2", parts, Errors::additive),
            Plot.Series.line(
                "Euler, multiplicative: E x², exact",
                steps(COARSEST, FINEST),
                levels().mapToDouble(level -> Math.abs(weakError(level))).toArray())));
  }

  private static Plot.Series series(String name, List<Errors> parts, Column column) {
    return Plot.Series.points(
        name,
        steps(COARSEST, FINEST),
        levels().mapToObj(level -> Intervals.mean(column(parts, column, level))).toList());
  }

  /** The seed of one purpose. */
  static long seed(Setting setting, int purpose) {
    return SplitMix64.stream(setting.seed(), purpose).nextLong();
  }
}
