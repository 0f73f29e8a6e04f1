package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.GridAxis;
import java.util.function.UnaryOperator;

/**
 * The law of SGD on a line while learning rate and batch size change, by the Fokker–Planck equation
 * of the modified process that SGD follows to second order in η: drift −U′ − (η/2)(U′U″ − TU‴) and
 * diffusion T(1 + ηU″), T = ησ²/(2B). Two laws run together: that of θ, and that of the replicas
 * which have not reached the target yet.
 *
 * <p>Source of the modified process: arXiv:1511.06251 (Euler's scheme with additive noise).
 */
final class AnnealingLaw {
  private static final GridAxis AXIS = new GridAxis(-2.2, 2.2, 880);
  private static final int SUBSTEPS = 2;
  private static final double H = 1e-4; // of the third derivative, which only corrects

  private final Landscape landscape;
  private final double variance;
  private final int target;
  private double[] law = new double[AXIS.cells()];
  private double[] waiting = new double[AXIS.cells()];
  private double left = 1;

  /**
   * @param variance σ², (loss/param)² per example
   * @param target replicas have arrived when they are at or below this point
   */
  AnnealingLaw(Landscape landscape, double variance, double start, double target) {
    this.landscape = landscape;
    this.variance = variance;
    this.target = AXIS.cell(target);
    law[AXIS.cell(start)] = 1;
    waiting[AXIS.cell(start)] = 1;
  }

  /** Goes on from step {@code from} to step {@code to}, with η and B as they are in the middle. */
  void advance(LearningRate rate, BatchSizeSchedule batch, long from, long to) {
    double time = 0;
    for (long step = from; step < to; step++) {
      time += rate.at(step);
    }
    double eta = time / (to - from);
    double temperature = eta * variance / (2.0 * batch.at((from + to) / 2));
    UnaryOperator<double[]> step =
        FokkerPlanck1d.ito(
                AXIS, x -> slope(x, eta, temperature), x -> temperature * (1 + eta * curvature(x)))
            .implicitEuler(time / SUBSTEPS);
    for (int i = 0; i < SUBSTEPS; i++) {
      law = step.apply(law);
      waiting = step.apply(waiting);
      arrive();
    }
  }

  /** Takes out what has arrived; the rest is the law of those who have not. */
  private void arrive() {
    double arrived = 0;
    for (int c = 0; c <= target; c++) {
      arrived += waiting[c];
      waiting[c] = 0;
    }
    for (int c = 0; c < waiting.length; c++) {
      waiting[c] /= 1 - arrived;
    }
    left *= 1 - arrived;
  }

  /** Probability of having reached the target by now. */
  double reached() {
    return 1 - left;
  }

  /** E L. */
  double loss() {
    double sum = 0;
    for (int c = 0; c < law.length; c++) {
      sum += law[c] * landscape.value(new double[] {AXIS.centre(c)});
    }
    return sum;
  }

  private double slope(double x, double eta, double temperature) {
    double[] slope = new double[1];
    landscape.gradient(new double[] {x}, slope);
    double third = (curvature(x + H) - curvature(x - H)) / (2 * H);
    return slope[0] + 0.5 * eta * (slope[0] * curvature(x) - temperature * third);
  }

  private double curvature(double x) {
    double[][] hessian = new double[1][1];
    landscape.hessian(new double[] {x}, hessian);
    return hessian[0][0];
  }
}
