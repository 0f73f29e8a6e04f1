package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Himmelblau;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.noise.MultiplicativeNoise;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.theory.FokkerPlanck2d;
import io.thermograd.theory.Grid2d;
import io.thermograd.theory.GridAxis;
import io.thermograd.theory.JumpProcess;
import io.thermograd.theory.Occupation1d;
import io.thermograd.theory.Plane;
import java.util.Arrays;
import java.util.function.DoubleFunction;
import java.util.function.IntPredicate;

/**
 * A kind of noise on Himmelblau's function, and the stationary law that belongs to it, as
 * probabilities of the cells of a grid that is fine against the law's own scale.
 *
 * @param name of the noise
 * @param law probabilities of the cells
 * @param rivalName of a formula that is not right
 * @param rival its probabilities
 * @param gap rate of the slowest relaxation, per SGD time
 * @param noise of one gradient as a function of η, such that the law stays the same
 */
@SuppressWarnings("ArrayRecordComponent") // computed once, never compared
record HimmelblauLaw(
    String name,
    double[] law,
    String rivalName,
    double[] rival,
    double gap,
    DoubleFunction<NoiseModel> noise) {

  static final Landscape F = new Himmelblau();
  static final double HALF = 6.5;
  static final int CELLS = 260;
  static final Grid2d GRID = grid(CELLS);

  /** Side of a block of cells. */
  private static final int BLOCK = 10;

  /**
   * Gibbs' law of constant noise σ² = 2T/η, beside the one with T = ησ².
   *
   * @param temperature T
   */
  static HimmelblauLaw gibbs(double temperature) {
    return new HimmelblauLaw(
        "constant noise",
        FokkerPlanck2d.additive(GRID, HimmelblauLaw::value, temperature).stationary(),
        "T = ησ²",
        FokkerPlanck2d.additive(GRID, HimmelblauLaw::value, 2 * temperature).stationary(),
        gap(FokkerPlanck2d.additive(grid(CELLS / 2), HimmelblauLaw::value, temperature)),
        eta -> GaussianNoise.isotropic(2, 2 * temperature / eta));
  }

  /**
   * The power law of noise σ²L with L = f + lift, beside the one without Itô's factor 1/L.
   *
   * @param lift keeps the noise from vanishing at the minima, where it would hold the iterates
   * @param diffusionPerLoss ησ²/2
   */
  static HimmelblauLaw powerLaw(double lift, double diffusionPerLoss) {
    Plane loss = (x, y) -> lift + value(x, y);
    double exponent = Occupation1d.powerLawExponent(1, 2 * diffusionPerLoss, 1);
    double[] rival = cells((x, y) -> StrictMath.pow(loss.at(x, y) / lift, 1 - exponent));
    double total = Arrays.stream(rival).sum();
    return new HimmelblauLaw(
        "noise ∝ loss",
        FokkerPlanck2d.lossProportional(GRID, loss, diffusionPerLoss).stationary(),
        "exponent without Itô's 1",
        Arrays.stream(rival).map(p -> p / total).toArray(),
        gap(FokkerPlanck2d.lossProportional(grid(CELLS / 2), loss, diffusionPerLoss)),
        eta -> new MultiplicativeNoise(F, 2 * diffusionPerLoss / eta, -lift));
  }

  private static double gap(JumpProcess process) {
    return process.slowModes(1).gap();
  }

  /** Probability of a set of cells. */
  double probability(IntPredicate cells) {
    double sum = 0;
    for (int c = 0; c < law.length; c++) {
      sum += cells.test(c) ? law[c] : 0;
    }
    return sum;
  }

  /** Mean of a function that is given at the centres of the cells. */
  double mean(double[] function) {
    return mean(law, function);
  }

  /** The same under the rival. */
  double rivalMean(double[] function) {
    return mean(rival, function);
  }

  private static double mean(double[] p, double[] function) {
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      sum += p[c] * function[c];
    }
    return sum;
  }

  /** The blocks of {@value #BLOCK} × {@value #BLOCK} cells in which a census has found too many. */
  IntPredicate excess(Census census) {
    double[] density = census.density();
    double[] more = new double[(CELLS / BLOCK) * (CELLS / BLOCK)];
    for (int c = 0; c < density.length; c++) {
      more[block(c)] += density[c] - law[c];
    }
    return c -> more[block(c)] > 0;
  }

  private static int block(int cell) {
    return cell / CELLS / BLOCK * (CELLS / BLOCK) + cell % CELLS / BLOCK;
  }

  /** A function's values at the centres of all cells. */
  static double[] cells(Plane function) {
    double[] values = new double[GRID.cells()];
    for (int i = 0; i < CELLS; i++) {
      for (int j = 0; j < CELLS; j++) {
        values[GRID.cell(i, j)] = function.at(GRID.x().centre(i), GRID.y().centre(j));
      }
    }
    return values;
  }

  static double value(double x, double y) {
    return F.value(new double[] {x, y});
  }

  private static Grid2d grid(int cells) {
    GridAxis axis = new GridAxis(-HALF, HALF, cells);
    return new Grid2d(axis, axis);
  }
}
