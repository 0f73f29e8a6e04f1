package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.GridAxis;
import io.thermograd.theory.JumpProcess;
import java.util.Arrays;

/**
 * What theory says of (x² − 1)², alone or with harmonic side coordinates, which change neither the
 * barrier nor any time along x. Energies and curvatures are asked of the landscape.
 */
final class WellPair {
  /** Beyond it a replica that comes from the left well has arrived in the right one. */
  static final double CORE = 0.8;

  private static final GridAxis AXIS = new GridAxis(-2.5, 2.5, 5_000);
  private static final Landscape LINE = DoubleWell.line();

  private WellPair() {}

  static double energy(double x) {
    return LINE.value(new double[] {x});
  }

  /** ΔU. */
  static double barrier() {
    return energy(0) - energy(1);
  }

  static double curvature(double x) {
    double[][] hessian = new double[1][1];
    LINE.hessian(new double[] {x}, hessian);
    return hessian[0][0];
  }

  /** 2π/√(U″(1)|U″(0)|), the mean time from well to well over e^(ΔU/T). */
  static double prefactor() {
    return 2 * StrictMath.PI / StrictMath.sqrt(-curvature(0) * curvature(1));
  }

  static double kramers(double temperature) {
    return prefactor() * StrictMath.exp(barrier() / temperature);
  }

  /** Mean time from −1 to beyond {@code target}, exact up to the grid of spacing 0.001. */
  static double exact(double temperature, double target) {
    boolean[] arrived = new boolean[AXIS.cells()];
    for (int i = 0; i < arrived.length; i++) {
      arrived[i] = AXIS.centre(i) >= target;
    }
    double[] times = process(temperature).meanHittingTime(arrived);
    int start = AXIS.cell(-1);
    return (times[start - 1] + times[start]) / 2; // −1 is an edge between cells
  }

  /** 1/gap: the time in which the memory of the well is lost. */
  static double relaxationTime(double temperature) {
    return 1 / process(temperature).slowModes(1).gap();
  }

  private static JumpProcess process(double temperature) {
    return FokkerPlanck1d.additive(AXIS, WellPair::energy, temperature);
  }

  /** (−1, 0, …): the bottom of the left well. */
  static double[] left(Landscape landscape) {
    double[] x = new double[landscape.dim()];
    Arrays.fill(x, 0);
    x[0] = -1;
    return x;
  }
}
