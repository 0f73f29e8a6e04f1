package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.landscape.Rosenbrock;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.noise.MultiplicativeNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.FokkerPlanck2d;
import io.thermograd.theory.Grid2d;
import io.thermograd.theory.GridAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the time to leave a spurious minimum grows as η falls: log τ ≈ J/η + a constant.
 *
 * <p>Constant noise of variance σ² makes T = ησ²/2, so J = 2(f(saddle) − f(x₀))/σ². Noise σ²L has
 * the diffusion D = (ησ²/2)L, whose stationary law is L^{−1−2/(ησ²)}: it climbs (2/(ησ²)) log L, so
 * J = (2/σ²) log(L(saddle)/L(x₀)), with L = f + a constant to be positive everywhere.
 *
 * <p>τ is in SGD time, since steps would add −log η. What remains at finite η: corrections of the
 * prefactor, log τ = J/η + c + O(η), which change the slope by O(η²/J), and where two passes follow
 * each other the lower one's part e^{−(J − J₂)/η}. The exact times of the diffusion, fitted in the
 * same way, say how much that is.
 */
public final class ThreeHumpsExperiment implements Experiment {
  private static final long PURPOSE = 0x48554D50L;
  private static final double CORE = 0.5;

  /** Makes L = f + this positive: the lowest minimum is at −7.25. */
  private static final double LIFT = 8;

  private final Landscape f = Landscapes.named("three-humps").landscape();
  private final BasinMap map = BasinMap.of(Landscapes.named("three-humps"));
  private final Grid2d grid =
      new Grid2d(new GridAxis(-3.4, 3.1, 200), new GridAxis(-3.2, 3.2, 120));

  @Override
  public String name() {
    return "three-humps";
  }

  @Override
  public String title() {
    return "Time to leave spurious minima";
  }

  @Override
  public String question() {
    return "Does the log of the time to leave a spurious minimum grow linearly in 1/η, with the"
        + " slope J = 2(f(saddle) − f(x₀))/σ², under noise in proportion to the loss with"
        + " J = 2 log(L(saddle)/L(x₀))/σ², and with slope 0 where there is none?";
  }

  /** One line of the answer. */
  private record Case(
      String name, double j, double rival, HittingTimes times, int events, double tolerance) {}

  @Override
  public Findings run(Setting setting) {
    int origin = map.basinOf(new double[] {0, 0});
    int right = map.basinOf(new double[] {2, -0.8});
    FirstPassage.Region others =
        either(core(map.minima().get(0).at()), core(map.minima().get(right).at()));
    FirstPassage.Region global = core(map.minima().get(0).at());
    double outOfOrigin = map.exits(origin).get(0).saddle().value();
    double toGlobal = map.bottleneck(right, 0).orElseThrow().saddle().value();
    boolean quick = setting.quick();
    List<Case> cases =
        List.of(
            constant(
                setting,
                "0 → elsewhere",
                origin,
                outOfOrigin,
                others,
                32,
                quick ? new double[] {0.3, 0.25, 0.2, 0.17} : new double[] {0.25, 0.2, 0.17, 0.14},
                setting.size(1000, 3000),
                0.1),
            proportional(
                setting,
                "0 → elsewhere",
                origin,
                outOfOrigin,
                others,
                4,
                quick ? new double[] {3, 3.7, 4.4, 5.1} : new double[] {4, 4.7, 5.4, 6.1},
                setting.size(1000, 2000),
                0.1),
            constant(
                setting,
                "2.08 → −2.53",
                right,
                toGlobal,
                global,
                200,
                quick ? new double[] {0.9, 0.8, 0.7} : new double[] {0.8, 0.7, 0.6},
                setting.size(700, 2500),
                quick ? 0.25 : 0.15),
            proportional(
                setting,
                "2.08 → −2.53",
                right,
                toGlobal,
                global,
                100,
                quick ? new double[] {3.5, 4.5, 5.5} : new double[] {4.5, 5.5, 6.5},
                setting.size(700, 2500),
                quick ? 0.2 : 0.15));
    List<Row> rows = new ArrayList<>();
    for (Case c : cases) {
      rows.addAll(rows(setting, c));
    }
    rows.add(noSpuriousMinima(setting));
    return new Findings(
        rows,
        List.of(plot(cases)),
        List.of(
            "From 2.08 the way to the best minimum crosses two passes, at 0.82 and 1.59. At these"
                + " temperatures the lower one still holds up a part of the paths, which makes the"
                + " slope some percent less than J; the exact times have it too."));
  }

  /** T = ησ²/2. */
  private Case constant(
      Setting setting,
      String name,
      int from,
      double saddle,
      FirstPassage.Region target,
      double variance,
      double[] temperatures,
      int events,
      double tolerance) {
    double[] etas = Arrays.stream(temperatures).map(t -> 2 * t / variance).toArray();
    HittingTimes times =
        HittingTimes.measure(
            setting,
            PURPOSE + 100L * from,
            new HittingTimes.Sweep(
                f,
                GaussianNoise.isotropic(2, variance),
                map.minima().get(from).at(),
                target,
                grid,
                eta -> FokkerPlanck2d.additive(grid, this::value, eta * variance / 2)),
            etas,
            events);
    double j = 2 * (saddle - map.minima().get(from).value()) / variance;
    return new Case(name + ", constant noise", j, Double.NaN, times, events, tolerance);
  }

  /**
   * D = (ησ²/2)·L.
   *
   * @param heights J/η of the sweep
   */
  private Case proportional(
      Setting setting,
      String name,
      int from,
      double saddle,
      FirstPassage.Region target,
      double variance,
      double[] heights,
      int events,
      double tolerance) {
    double low = map.minima().get(from).value() + LIFT;
    double j = 2 / variance * StrictMath.log((saddle + LIFT) / low);
    double[] etas = Arrays.stream(heights).map(h -> j / h).toArray();
    HittingTimes times =
        HittingTimes.measure(
            setting,
            PURPOSE + 100L * from + 50,
            new HittingTimes.Sweep(
                f,
                new MultiplicativeNoise(f, variance, -LIFT),
                map.minima().get(from).at(),
                target,
                grid,
                eta ->
                    FokkerPlanck2d.lossProportional(
                        grid, (x, y) -> LIFT + value(x, y), eta * variance / 2)),
            etas,
            events);
    double linear = 2 / variance * (saddle + LIFT - low) / low;
    return new Case(name + ", noise ∝ loss", j, linear, times, events, tolerance);
  }

  private static List<Row> rows(Setting setting, Case c) {
    Measured slope = c.times().line().slope();
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("J, " + c.name(), c.j(), slope, Requirement.within(c.tolerance())));
    if (!Double.isNaN(c.rival())) {
      rows.add(
          new Row(
              "the same without the log, 2(L(saddle)/L(x₀) − 1)/σ² (wrong)",
              c.rival(),
              slope,
              Requirement.none()));
    }
    rows.add(
        new Row(
            "slope of the exact times, " + c.name(),
            c.times().exactSlope(),
            slope,
            Requirement.within(setting.quick() ? 0.15 : 0.07)));
    // Three standard errors of log τ, for the largest of a few residuals.
    double most = 3 / StrictMath.sqrt(c.events());
    rows.add(
        new Row(
            "largest deviation of log τ from the line, " + c.name(),
            0,
            Measured.exact(c.times().largestResidual()),
            Requirement.between(0, most)));
    return rows;
  }

  /**
   * Rosenbrock's valley has one minimum: the time to come near it is that of the descent. In units
   * of the sweep's largest 1/η, where the slopes above are 5 to 8.
   */
  private static Row noSpuriousMinima(Setting setting) {
    double variance = 1000;
    double[] etas = {2e-4, 1.5e-4, 1e-4};
    int replicas = setting.size(128, 512);
    double[] logs = new double[etas.length];
    double[] errors = new double[etas.length];
    SplitMix64 seeds = SplitMix64.stream(setting.seed(), PURPOSE);
    for (int e = 0; e < etas.length; e++) {
      FirstPassage.Passages passages =
          FirstPassage.once(
              SgdEnsemble.at(
                  new Rosenbrock(2),
                  GaussianNoise.isotropic(2, variance),
                  OptimizerSettings.sgd(),
                  LearningRate.constant(etas[e]),
                  BatchSizeSchedule.constant(1),
                  new double[] {-1.2, 1},
                  replicas,
                  seeds.nextLong()),
              core(new double[] {1, 1}),
              20,
              (long) (1000 / etas[e]));
      Measured mean = Intervals.mean(passages.times()).times(etas[e]);
      logs[e] = StrictMath.log(mean.value());
      errors[e] = (mean.high() - mean.low()) / (2 * 1.96 * mean.value());
    }
    Measured slope = Fits.line(HittingTimes.inverse(etas), logs, errors).slope();
    return new Row(
        "slope/η without spurious minima (Rosenbrock)",
        0,
        slope.times(1 / etas[etas.length - 1]),
        Requirement.between(-0.5, 0.5));
  }

  private static Plot plot(List<Case> cases) {
    List<Plot.Series> series = new ArrayList<>();
    for (Case c : cases) {
      double[] x = Arrays.stream(c.times().etas()).map(eta -> c.j() / eta).toArray();
      series.add(Plot.Series.line("exact, " + c.name(), x, c.times().exact()));
      series.add(Plot.Series.points(c.name(), x, c.times().measured()));
    }
    return new Plot(
        "Mean time to leave a spurious minimum",
        new Plot.Axis("J/η", false),
        new Plot.Axis("mean time (SGD time)", true),
        series);
  }

  private static FirstPassage.Region core(double[] minimum) {
    return FirstPassage.Region.ball(minimum, CORE);
  }

  private static FirstPassage.Region either(FirstPassage.Region a, FirstPassage.Region b) {
    return (x, replicas, r) -> a.contains(x, replicas, r) || b.contains(x, replicas, r);
  }

  private double value(double x, double y) {
    return f.value(new double[] {x, y});
  }
}
