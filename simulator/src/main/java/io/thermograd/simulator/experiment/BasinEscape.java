package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Pass;
import io.thermograd.theory.EscapeTime;

/** Eyring and Kramers on a map of basins. */
final class BasinEscape {
  private BasinEscape() {}

  /** Mean time to leave a basin for good, over all its passes: their rates add. SGD time. */
  static double eyringKramers(BasinMap map, int minimum, double temperature) {
    Landscape f = map.landscape();
    double[][] bottom = hessian(f, map.minima().get(minimum).at());
    double rate = 0;
    for (Pass pass : map.exits(minimum)) {
      double barrier = pass.saddle().value() - map.minima().get(minimum).value();
      rate +=
          EscapeTime.rate(
              EscapeTime.eyringKramers(
                  bottom, hessian(f, pass.saddle().at()), barrier, temperature));
    }
    return 1 / rate;
  }

  private static double[][] hessian(Landscape f, double[] x) {
    double[][] hessian = new double[x.length][x.length];
    f.hessian(x, hessian);
    return hessian;
  }
}
