package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Pass;
import io.thermograd.simulator.train.StepView;
import io.thermograd.theory.EscapeTime;
import io.thermograd.wire.proto.StepEvent;

/**
 * Follows which basin the run is in, at every step. A visit begins when the run is in the basin's
 * core: on its side of every ridge, and with a loss of less than half of the lowest barrier above
 * the minimum's. So recrossings of a ridge do not count.
 */
final class BasinProbe implements TruthProbe {
  private final BasinMap map;
  private final double[] cores;
  private int side = -1;
  private long crossed;
  private int visited = -1;

  BasinProbe(BasinMap map) {
    this.map = map;
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
    if (now >= 0 && now != visited && map.landscape().value(theta) < cores[now]) {
      visited = now;
      log.visit(new Truth.Visit(now, crossed, step.step()));
    }
  }
}
