package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Pass;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.theory.EscapeTime;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;

/**
 * Follows which basin the run is in, at every step. A visit begins when the run is in the basin's
 * core: on its side of every ridge, and with a loss of less than half of the lowest barrier above
 * the minimum's. So recrossings of a ridge do not count.
 */
final class BasinProbe implements TruthProbe {
  /** Relaxation times after which a run has forgotten how it came into a basin: e⁻⁵ is 0.7 %. */
  private static final double FORGOTTEN = 5;

  private final BasinMap map;
  private final double eta;
  private final double[] cores;
  private int side = -1;
  private long crossed;
  private int visited = -1;
  private long entered;
  private long lastInCore;

  /**
   * @param eta the learning rate; NaN where it changes, and with it the equilibrium
   */
  BasinProbe(BasinMap map, double eta) {
    this.map = map;
    this.eta = eta;
    this.cores = new double[map.minima().size()];
    for (int m = 0; m < cores.length; m++) {
      double bottom = map.minima().get(m).value();
      cores[m] =
          map.exits(m).isEmpty()
              ? Double.POSITIVE_INFINITY
              : bottom + 0.5 * (map.exits(m).get(0).saddle().value() - bottom);
    }
  }

  /** Writes minima and passes, with escape times in steps at temperature T and learning rate η. */
  static void describe(BasinMap map, TruthLog log, double temperature, double eta) {
    for (int m = 0; m < map.minima().size(); m++) {
      CriticalPoint minimum = map.minima().get(m);
      log.basin(
          new Truth.Basin(
              m, minimum.at(), minimum.value(), Numbers.descending(minimum.eigenvalues())));
      for (Pass exit : map.exits(m)) {
        log.passage(
            new Truth.Passage(
                m,
                exit.beyond(m),
                exit.saddle().at(),
                exit.saddle().value() - minimum.value(),
                1 / rate(minimum, exit.saddle(), temperature) / eta));
      }
    }
  }

  /** Escapes per unit of SGD time over one saddle, by Eyring and Kramers. */
  static double rate(CriticalPoint minimum, CriticalPoint saddle, double temperature) {
    double[][] well = Numbers.diagonal(minimum.eigenvalues());
    double[][] top = Numbers.diagonal(saddle.eigenvalues());
    return 1 / EscapeTime.eyringKramers(well, top, saddle.value() - minimum.value(), temperature);
  }

  @Override
  public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
    double[] theta = Numbers.wide(step.theta());
    int now = map.basinOf(theta);
    if (now != side) {
      side = now;
      crossed = step.step();
    }
    if (now >= 0 && map.landscape().value(theta) < cores[now]) {
      visit(now, step.step(), log);
    }
  }

  private void visit(int now, long step, TruthLog log) {
    if (now != visited) {
      if (visited >= 0) {
        rested(log, lastInCore + 1);
        log.regime(
            Regime.TRANSITION,
            crossed,
            step,
            "on the new basin's side of the ridge for good, not yet in its core");
      }
      visited = now;
      entered = step;
      log.visit(new Truth.Visit(now, crossed, step));
    }
    lastInCore = step;
  }

  @Override
  public void finish(TrainingResult result, TruthLog log) {
    if (visited >= 0) {
      rested(log, side == visited ? Long.MAX_VALUE : lastInCore + 1);
    }
  }

  /**
   * The stay that ends at that step was equilibrium within the basin, once its begin was forgotten.
   */
  private void rested(TruthLog log, long until) {
    double[] curvatures = map.minima().get(visited).eigenvalues();
    double softest = curvatures[0];
    long from = entered + (long) Math.ceil(FORGOTTEN / (eta * softest));
    if (!Double.isNaN(eta) && softest > 0 && from < until) {
      log.regime(
          Regime.STATIONARY,
          from,
          until,
          "in one basin, entered more than 5 relaxation times 1/(ηκ_min) ago, to be left for good not"
              + " before the end");
    }
  }
}
