package io.thermograd.detect.stationarity;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What successive gradients have to do with one another.
 *
 * <p><b>Pflug's statistic</b> ⟨g_{t+1}·g_t⟩: positive while the run descends, −(η/2)·tr(HΣ)/B at
 * stationarity to leading order. Shown, never decided on: where it turns negative says little about
 * where the run is, even on quadratics (A. Pesme, A. Dieuleveut, N. Flammarion, arXiv:2007.00534).
 *
 * <p><b>Oscillation</b>: ρ = ⟨g_{t+1}·g_t⟩/⟨‖g‖²⟩ significantly below −½. Along one direction of
 * curvature κ, without momentum and at stationarity, Var(g) = 2σ²/(2 − ηκ) and Cov(g_{t+1}, g_t) =
 * −σ²ηκ/(2 − ηκ), so that ρ = −ηκ/2; without noise g_{t+1} = (1 − ηκ)g_t. Both are below −½ only
 * where ηκ > 1: steps lead beyond the minimum and the parameters change sides every step. Over
 * several directions ρ is their mean, weighted with the gradient that they carry. It begins at 3
 * standard errors below −½, and ends at 1.
 *
 * <p>O(1) a step. One owner thread.
 */
final class SuccessiveGradients {
  private static final double PFLUG_HALF_LIFE = 500;
  private static final double TURN_HALF_LIFE = 50;
  private static final int NEEDED = 20;
  private static final double THRESHOLD = 0.5;
  private static final double BEGINS = 3;
  private static final double ENDS = 1;

  private final ForgettingMean pflug = new ForgettingMean(1, PFLUG_HALF_LIFE, Dependence.LAG_ONE);
  private final ForgettingMean turn = new ForgettingMean(2, TURN_HALF_LIFE, Dependence.LAG_ONE);
  private boolean oscillating;

  /**
   * @param dot of a step's gradient with the one before; NaN where there is none
   * @param sqnorm of the step's gradient
   */
  void accept(double dot, double sqnorm) {
    if (!Double.isFinite(dot) || !Double.isFinite(sqnorm)) {
      return;
    }
    pflug.accept(dot);
    turn.accept(dot, sqnorm);
    if (turn.count() < NEEDED) {
      return;
    }
    double distance = turn.mean(0) + THRESHOLD * turn.mean(1);
    double error = Math.sqrt(turn.meanVariance(1, THRESHOLD));
    oscillating = distance < -(oscillating ? ENDS : BEGINS) * error;
  }

  boolean oscillating() {
    return oscillating;
  }

  /** ρ; NaN before the first. */
  double correlation() {
    return turn.mean(0) / turn.mean(1);
  }

  void describe(QuantityList out) {
    if (pflug.count() < NEEDED) {
      out.absent(
          QuantityName.PFLUG_STATISTIC,
          pflug.count() == 0
              ? "needs gradient sketches at successive steps"
              : WarmUp.reason(pflug.count(), NEEDED, "steps"));
      return;
    }
    double width = StudentT.quantile975(pflug.degrees()) * Math.sqrt(pflug.meanVariance(0));
    double mean = pflug.mean(0);
    out.put(QuantityName.PFLUG_STATISTIC, mean, mean - width, mean + width, "lag_one");
  }

  void writeTo(DataOutput out) throws IOException {
    pflug.writeTo(out);
    turn.writeTo(out);
    out.writeBoolean(oscillating);
  }

  void readFrom(DataInput in) throws IOException {
    pflug.readFrom(in);
    turn.readFrom(in);
    oscillating = in.readBoolean();
  }
}
