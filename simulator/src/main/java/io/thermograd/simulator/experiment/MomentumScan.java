package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.FirstPassage.Passages;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.List;

/** Heavy-ball SGD across the barrier: at one η it heats, at one η_eff it only gains inertia. */
final class MomentumScan {
  private static final Landscape WELLS = DoubleWell.line();
  private static final int REPLICAS = 256;
  private static final double ETA_EFF = 0.02;
  private static final double ETA = 0.01;

  /** σ² of the gradient noise: T = η_eff σ²/2 = 0.15 at η_eff = 0.02. */
  private static final double VARIANCE = 15;

  private final Setting setting;

  MomentumScan(Setting setting) {
    this.setting = setting;
  }

  /** A setting of the optimizer and the crossing time that it should have, in t = Σ η_eff. */
  private record Ball(double eta, double beta) {

    double etaEff() {
      return eta / (1 - beta);
    }

    double temperature() {
      return etaEff() * VARIANCE / 2;
    }

    /**
     * Growth rate at the saddle per unit of t: the root z > 1 of z² − (1 + β + η|κ|)z + β = 0, the
     * rule's own recursion.
     */
    double growth() {
      double sum = 1 + beta - eta * WellPair.curvature(0);
      double z = (sum + StrictMath.sqrt(sum * sum - 4 * beta)) / 2;
      return StrictMath.log(z) / etaEff();
    }

    /** The rate goes with the growth rate (J. Langer, doi:10.1016/0003-4916(69)90153-5). */
    double crossingTime() {
      return WellPair.exact(temperature(), WellPair.CORE) * -WellPair.curvature(0) / growth();
    }
  }

  void report(List<Row> rows, List<Plot> plots) {
    double[] betas = {0, 0.5, 0.8, 0.9, 0.95};
    Measured[] same =
        measure(Arrays.stream(betas).mapToObj(b -> new Ball(ETA_EFF * (1 - b), b)).toList(), 400);
    for (int i = 0; i < betas.length; i++) {
      Ball ball = new Ball(ETA_EFF * (1 - betas[i]), betas[i]);
      rows.add(
          new Row(
              "crossing time at equal η_eff = %s, β = %s".formatted(ETA_EFF, betas[i]),
              ball.crossingTime(),
              same[i],
              Requirement.within(setting.quick() ? 0.2 : 0.12)));
    }
    double[] heating = {0.35, 0.5, 0.6};
    List<Ball> balls = Arrays.stream(heating).mapToObj(b -> new Ball(ETA, b)).toList();
    Measured[] heated = measure(balls, 500);
    for (int i = 0; i < heating.length; i++) {
      rows.add(
          new Row(
              "crossing time at equal η = %s, β = %s, T = %s"
                  .formatted(ETA, heating[i], Numbers.plain(balls.get(i).temperature())),
              balls.get(i).crossingTime(),
              heated[i],
              Requirement.within(setting.quick() ? 0.2 : 0.12)));
    }
    rows.add(
        new Row(
            "speed-up by β = 0.6 against 0.35 at equal η",
            balls.get(0).crossingTime() / balls.get(2).crossingTime(),
            heated[0].times(1 / heated[2].value()),
            Requirement.within(setting.quick() ? 0.25 : 0.15)));
    plots.add(
        new Plot(
            "Crossing time with momentum",
            new Plot.Axis("β", false),
            new Plot.Axis("τ in units of t = Σ η_eff", true),
            List.of(
                Plot.Series.line(
                    "equal η_eff, predicted",
                    betas,
                    Arrays.stream(betas)
                        .map(b -> new Ball(ETA_EFF * (1 - b), b).crossingTime())
                        .toArray()),
                Plot.Series.points("equal η_eff", betas, List.of(same)),
                Plot.Series.line(
                    "equal η, predicted",
                    heating,
                    balls.stream().mapToDouble(Ball::crossingTime).toArray()),
                Plot.Series.points("equal η", heating, List.of(heated)))));
  }

  private Measured[] measure(List<Ball> balls, int purpose) {
    int events = setting.size(1_000, 8_000);
    int parts = setting.size(1, 8);
    List<Passages> found =
        setting
            .workers()
            .map(
                balls.size() * parts,
                k -> passages(balls.get(k / parts), purpose + k, events / parts));
    Measured[] times = new Measured[balls.size()];
    for (int i = 0; i < times.length; i++) {
      List<Passages> mine = found.subList(i * parts, (i + 1) * parts);
      double t = mine.stream().mapToDouble(Passages::exposure).sum() * balls.get(i).etaEff();
      long count = mine.stream().mapToLong(p -> p.times().length).sum();
      times[i] = Intervals.exponentialMean(count, t);
    }
    return times;
  }

  private Passages passages(Ball ball, int purpose, int events) {
    SgdEnsemble ensemble =
        SgdEnsemble.at(
            WELLS,
            GaussianNoise.isotropic(1, VARIANCE),
            OptimizerSettings.heavyBall(ball.beta),
            LearningRate.constant(ball.eta),
            BatchSizeSchedule.constant(1),
            WellPair.left(WELLS),
            REPLICAS,
            SplitMix64.stream(setting.seed(), purpose).nextLong());
    return FirstPassage.repeated(
        ensemble,
        (x, replicas, r) -> x[r] >= WellPair.CORE,
        FirstPassage.restartAt(ensemble, WellPair.left(WELLS)),
        Math.max(1, Math.round(0.1 / ball.etaEff())),
        events,
        1_000_000_000L);
  }
}
