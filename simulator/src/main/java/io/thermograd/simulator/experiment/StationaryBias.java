package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Autocorrelation;
import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.dynamics.MetropolisLangevin;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.theory.Occupation1d;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The stationary law of Langevin dynamics with and without the Metropolis test. */
final class StationaryBias {
  private static final Landscape BOWL = Quadratic.diagonal(1);
  private static final Landscape WELLS = DoubleWell.line();
  private static final double WELL_TEMPERATURE = 0.5;

  private final Setting setting;

  StationaryBias(Setting setting) {
    this.setting = setting;
  }

  /** Variances at κ = T = 1, one value a replica. */
  void quadratic(List<Row> rows) {
    double[] steps = {0.1, 0.5, 1, 1.5};
    int replicas = setting.size(100_000, 1_000_000);
    double tolerance = Math.ceil(4_500 * Math.sqrt(2.0 / replicas)) / 1_000; // 4.5 standard errors
    List<List<Row>> parts =
        setting
            .workers()
            .map(
                steps.length,
                i -> {
                  double h = steps[i];
                  int burn = (int) Math.ceil(12 / h); // (1 − h)^(2·12/h) < e^−24
                  LangevinEnsemble plain =
                      LangevinEnsemble.at(BOWL, 1, h, new double[1], replicas, seed(200 + i));
                  MetropolisLangevin adjusted =
                      MetropolisLangevin.at(BOWL, 1, h, new double[1], replicas, seed(210 + i));
                  plain.step(burn);
                  adjusted.step(4L * burn); // refused proposals slow it down
                  double early = adjusted.acceptanceRate() * adjusted.steps();
                  adjusted.step(2);
                  double accepted = (adjusted.acceptanceRate() * adjusted.steps() - early) / 2;
                  Measured variance = Intervals.variance(plain.positions());
                  return List.of(
                      new Row(
                          "Var x, unadjusted, hκ = " + h,
                          1 / (1 - h / 2),
                          variance,
                          Requirement.within(tolerance)),
                      new Row(
                          "the same against T/κ of the continuous process",
                          1,
                          variance,
                          Requirement.none()),
                      new Row(
                          "Var x, Metropolis-adjusted, hκ = " + h,
                          1,
                          Intervals.variance(adjusted.positions()),
                          Requirement.within(tolerance)),
                      new Row(
                          "share of proposals accepted, hκ = " + h,
                          acceptance(h),
                          Measured.normal(
                              // bounded as if a replica's two decisions were one
                              accepted, Math.sqrt(accepted * (1 - accepted) / replicas)),
                          Requirement.within(0.01)));
                });
    parts.forEach(rows::addAll);
  }

  /**
   * Expected acceptance on ½x² at T = 1 in equilibrium: with y = (1−h)x + √(2h)z the logarithm of
   * the ratio is (h/4)(x² − y²), here over a grid of x and z.
   */
  static double acceptance(double h) {
    double sum = 0;
    double weight = 0;
    double spacing = 0.05;
    for (int i = -140; i <= 140; i++) {
      for (int j = -140; j <= 140; j++) {
        double x = spacing * i;
        double z = spacing * j;
        double y = (1 - h) * x + Math.sqrt(2 * h) * z;
        double w = StrictMath.exp(-(x * x + z * z) / 2);
        sum += w * Math.min(1, StrictMath.exp(h / 4 * (x * x - y * y)));
        weight += w;
      }
    }
    return sum / weight;
  }

  /**
   * E x² in the double well. To first order in h the unadjusted law is e^(−f/T)(1 + hg) with g =
   * |∇f|²/(4T) − f″/2 and a constant that keeps the mass (A. Laurent, G. Vilmart,
   * doi:10.1090/mcom/3455), so the bias is h·Cov(x², g); Metropolis has none.
   */
  void doubleWell(List<Row> rows, List<Plot> plots) {
    double[] steps = {0.01, 0.02, 0.04, 0.08};
    int replicas = setting.size(40_000, 200_000);
    Occupation1d gibbs =
        Occupation1d.gibbs(x -> WELLS.value(new double[] {x}), WELL_TEMPERATURE, -4, 4);
    double exact = gibbs.moment(2);
    double firstOrder =
        gibbs.expectation(x -> x * x * tilt(x)) - exact * gibbs.expectation(StationaryBias::tilt);
    List<List<Measured>> found =
        setting.workers().map(steps.length, i -> meanSquares(steps[i], replicas, i));
    List<Measured> bias = new ArrayList<>();
    List<Measured> adjusted = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      bias.add(found.get(i).get(0).map(v -> v - exact));
      adjusted.add(found.get(i).get(1).map(v -> v - exact));
      // Four and a half standard errors of 0.18/√replicas, and what the second order adds.
      double tolerance =
          4.5 * 0.18 / Math.sqrt(replicas) / Math.abs(firstOrder * steps[i]) + 4 * steps[i];
      rows.add(
          new Row(
              "bias of E x² in the double well, unadjusted, h = " + steps[i],
              firstOrder * steps[i],
              bias.get(i),
              steps[i] <= 0.02 && tolerance < 0.6
                  ? Requirement.within(Math.ceil(100 * tolerance) / 100)
                  : Requirement.none()));
      rows.add(
          new Row(
              "E x² in the double well, Metropolis-adjusted, h = " + steps[i],
              exact,
              found.get(i).get(1),
              Requirement.within(setting.quick() ? 0.012 : 0.006)));
    }
    plots.add(
        new Plot(
            "Bias of E x² in the double well, T = " + WELL_TEMPERATURE,
            new Plot.Axis("h", false),
            new Plot.Axis("E x² minus Gibbs", false),
            List.of(
                Plot.Series.line(
                    "first order", steps, Arrays.stream(steps).map(h -> firstOrder * h).toArray()),
                Plot.Series.points("unadjusted", steps, bias),
                Plot.Series.points("Metropolis-adjusted", steps, adjusted))));
  }

  private static double tilt(double x) {
    double[] gradient = new double[1];
    double[][] hessian = new double[1][1];
    WELLS.gradient(new double[] {x}, gradient);
    WELLS.hessian(new double[] {x}, hessian);
    return gradient[0] * gradient[0] / (4 * WELL_TEMPERATURE) - hessian[0][0] / 2;
  }

  /** Unadjusted and adjusted. */
  private List<Measured> meanSquares(double h, int replicas, int purpose) {
    double[] start = {1};
    return List.of(
        meanSquare(
            LangevinEnsemble.at(WELLS, WELL_TEMPERATURE, h, start, replicas, seed(220 + purpose)),
            h),
        meanSquare(
            MetropolisLangevin.at(WELLS, WELL_TEMPERATURE, h, start, replicas, seed(230 + purpose)),
            h));
  }

  /** E x² from eight snapshots a replica, 1.5 units of time apart; one mean a replica. */
  private static Measured meanSquare(Ensemble ensemble, double h) {
    ensemble.step(Math.round(15 / h));
    double[] means = new double[ensemble.replicas()];
    for (int s = 0; s < 8; s++) {
      ensemble.step(Math.round(1.5 / h));
      for (int r = 0; r < means.length; r++) {
        double x = ensemble.positions()[r];
        means[r] += x * x / 8;
      }
    }
    return Intervals.mean(means);
  }

  /** Steps between independent values of x on a Gaussian. */
  void autocorrelation(List<Row> rows, List<Plot> plots) {
    double[] steps = {0.1, 0.25, 0.5, 1, 1.5, 2.5, 4};
    int length = setting.size(4_000, 20_000);
    List<List<Measured>> times =
        setting
            .workers()
            .map(
                steps.length,
                i -> {
                  double h = steps[i];
                  MetropolisLangevin adjusted =
                      MetropolisLangevin.at(BOWL, 1, h, new double[1], 64, seed(240 + i));
                  List<Measured> both = new ArrayList<>();
                  both.add(time(adjusted, length));
                  if (h < 2) {
                    both.add(
                        time(
                            LangevinEnsemble.at(BOWL, 1, h, new double[1], 64, seed(250 + i)),
                            length));
                  }
                  return both;
                });
    for (int i = 0; i < steps.length; i++) {
      double h = steps[i];
      if (h < 2) {
        // x is an autoregression with φ = 1 − hκ.
        rows.add(
            new Row(
                "autocorrelation time in steps, unadjusted, hκ = " + h,
                (2 - h) / h,
                times.get(i).get(1),
                Requirement.within(setting.quick() ? 0.15 : 0.08)));
      }
      rows.add(
          new Row(
              "autocorrelation time in steps, Metropolis-adjusted, hκ = " + h,
              Double.NaN,
              times.get(i).get(0),
              Requirement.none()));
    }
    double[] stable = Arrays.stream(steps).filter(h -> h < 2).toArray();
    plots.add(
        new Plot(
            "Steps between independent values",
            new Plot.Axis("hκ", true),
            new Plot.Axis("autocorrelation time, steps", true),
            List.of(
                Plot.Series.line(
                    "unadjusted, (2−hκ)/(hκ)",
                    stable,
                    Arrays.stream(stable).map(h -> (2 - h) / h).toArray()),
                Plot.Series.points(
                    "unadjusted",
                    stable,
                    times.stream().filter(t -> t.size() > 1).map(t -> t.get(1)).toList()),
                Plot.Series.points(
                    "Metropolis-adjusted", steps, times.stream().map(t -> t.get(0)).toList()))));
  }

  /** Over 64 chains in 16 groups, whose spread gives the interval. */
  private static Measured time(Ensemble ensemble, int length) {
    ensemble.step(200);
    int chains = ensemble.replicas();
    double[][] series = new double[chains][length];
    for (int t = 0; t < length; t++) {
      ensemble.step();
      for (int c = 0; c < chains; c++) {
        series[c][t] = ensemble.positions()[c];
      }
    }
    double[] groups = new double[16];
    int size = chains / groups.length;
    for (int g = 0; g < groups.length; g++) {
      groups[g] =
          Autocorrelation.of(Arrays.copyOfRange(series, g * size, (g + 1) * size), 0).time();
    }
    return Intervals.mean(groups);
  }

  private long seed(int purpose) {
    return DiscretisationExperiment.seed(setting, purpose);
  }
}
