package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.theory.Grid2d;
import io.thermograd.theory.JumpProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * Mean times to reach a region over a sweep of η under the same noise, in SGD time, and the exact
 * ones of the stochastic differential equation.
 *
 * @param etas η, falling
 * @param exact mean hitting times of the diffusion
 * @param measured those of SGD
 * @param line of log measured on 1/η
 */
@SuppressWarnings("ArrayRecordComponent") // data to show, never compared
record HittingTimes(double[] etas, double[] exact, List<Measured> measured, Fits.Line line) {

  /**
   * What to sweep.
   *
   * @param noise of one gradient, the same for all η
   * @param diffusion the process that SGD at η approximates
   */
  record Sweep(
      Landscape landscape,
      NoiseModel noise,
      double[] from,
      FirstPassage.Region target,
      Grid2d grid,
      DoubleFunction<JumpProcess> diffusion) {}

  static HittingTimes measure(
      Setting setting, long purpose, Sweep sweep, double[] etas, int events) {
    boolean[] target = cells(sweep);
    int start = sweep.grid().cell(sweep.from()[0], sweep.from()[1]);
    double[] exact =
        setting
            .workers()
            .map(etas.length, e -> sweep.diffusion().apply(etas[e]).meanHittingTime(target)[start])
            .stream()
            .mapToDouble(t -> t)
            .toArray();
    List<Measured> measured = new ArrayList<>();
    for (int e = 0; e < etas.length; e++) {
      double eta = etas[e];
      measured.add(
          Escapes.meanSteps(
                  setting,
                  purpose + e,
                  events,
                  seed ->
                      SgdEnsemble.at(
                          sweep.landscape(),
                          sweep.noise(),
                          OptimizerSettings.sgd(),
                          LearningRate.constant(eta),
                          BatchSizeSchedule.constant(1),
                          sweep.from(),
                          Math.max(8, Math.min(64, events / 16)),
                          seed),
                  sweep.from(),
                  sweep.target(),
                  exact[e] / eta)
              .times(eta));
    }
    double[] errors = new double[etas.length];
    Arrays.fill(errors, 1 / StrictMath.sqrt(events));
    double[] logs = measured.stream().mapToDouble(t -> StrictMath.log(t.value())).toArray();
    return new HittingTimes(etas, exact, measured, Fits.line(inverse(etas), logs, errors));
  }

  private static boolean[] cells(Sweep sweep) {
    Grid2d grid = sweep.grid();
    boolean[] target = new boolean[grid.cells()];
    for (int i = 0; i < grid.x().cells(); i++) {
      for (int j = 0; j < grid.y().cells(); j++) {
        double[] x = {grid.x().centre(i), grid.y().centre(j)};
        target[grid.cell(i, j)] = sweep.target().contains(x, 1, 0);
      }
    }
    return target;
  }

  /** Slope of log τ on 1/η of the exact times. */
  double exactSlope() {
    double[] logs = Arrays.stream(exact).map(StrictMath::log).toArray();
    return Fits.line(inverse(etas), logs).slopeValue();
  }

  /** How far log τ lies from its line, at most. */
  double largestResidual() {
    double largest = 0;
    for (int e = 0; e < etas.length; e++) {
      double log = StrictMath.log(measured.get(e).value());
      largest = Math.max(largest, Math.abs(log - line.at(1 / etas[e]).value()));
    }
    return largest;
  }

  /** 1/η. */
  static double[] inverse(double[] etas) {
    return Arrays.stream(etas).map(eta -> 1 / eta).toArray();
  }
}
