package io.thermograd.estimate;

import io.thermograd.estimate.ForgettingMean.Dependence;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * d_eff = (tr Σ)²/tr Σ²: in how many directions the gradient noise spreads; 1 for rank one, P for
 * isotropic noise.
 *
 * <p>Noise vectors of different steps are independent, so U = E⟨e_j(t), e_l(t−1)⟩² = tr Σ² without
 * the fourth moments that a square of one step's own contrasts would bring. In a sketch of
 * dimension k, E U = (1 + 1/k)·tr Σ² + (tr Σ)²/k, which is undone. Relative error about √(2/N) and
 * a little more for the sketch; the interval is by the delta method on log d_eff with U's one-step
 * overlap counted.
 *
 * <p>Cost O(c²k) a step, c = min(m−1, 4) contrasts. State c·k floats. One owner thread.
 */
final class EffectiveDimension {
  private static final int TRACE = 0;
  private static final int OVERLAP = 1;
  private static final int NEEDED = 50;
  private static final int MOST_CONTRASTS = 4;
  private static final String METHOD = "lagged_contrasts";

  private final int sketchDim;
  private final SketchMath math;
  private final ForgettingMean means;
  private float[][] previous = new float[0][];
  private long previousStep = -2;

  EffectiveDimension(int sketchDim, double halfLife, SketchMath math) {
    this.sketchDim = sketchDim;
    this.math = math;
    this.means = new ForgettingMean(2, halfLife, Dependence.LAG_ONE);
  }

  /**
   * Adds a step's contrasts.
   *
   * @param trace this step's tr Σ̂ from the same contrasts
   */
  void accept(long step, Contrasts contrasts, double trace) {
    int c = Math.min(contrasts.rows().length, MOST_CONTRASTS);
    boolean comparable =
        previousStep == step - 1
            && previous.length > 0
            && previous[0].length == contrasts.mean().length;
    if (comparable) {
      double sum = 0;
      for (float[] before : previous) {
        for (int j = 0; j < c; j++) {
          double overlap = math.dot(contrasts.rows()[j], before);
          sum += overlap * overlap;
        }
      }
      means.accept(trace, sum / ((double) c * previous.length));
    }
    float[][] kept = new float[c][];
    System.arraycopy(contrasts.rows(), 0, kept, 0, c);
    previous = kept;
    previousStep = step;
  }

  /** tr Σ² with the sketch's share taken out; NaN before the first pair of steps. */
  private double squaredTrace() {
    double trace = means.mean(TRACE);
    double overlap = means.mean(OVERLAP);
    return sketchDim == 0 ? overlap : (overlap - trace * trace / sketchDim) / (1 + 1.0 / sketchDim);
  }

  /** d_eff, at least 1; NaN while not identified. */
  double value() {
    double f2 = squaredTrace();
    double trace = means.mean(TRACE);
    return means.count() >= NEEDED && f2 > 0 ? Math.max(1, trace * trace / f2) : Double.NaN;
  }

  /** Standard error of log d_eff. */
  double logError() {
    double trace = means.mean(TRACE);
    double own = means.mean(OVERLAP) - (sketchDim == 0 ? 0 : trace * trace / sketchDim);
    double byOverlap = -1 / own;
    double byTrace = 2 / trace + (sketchDim == 0 ? 0 : 2 * trace / sketchDim / own);
    return Math.sqrt(
        byTrace * byTrace * means.meanVariance(TRACE)
            + 2 * byTrace * byOverlap * means.meanCovariance(TRACE, OVERLAP)
            + byOverlap * byOverlap * means.meanVariance(OVERLAP));
  }

  /**
   * Relative variance that a sketch adds to any trace, 2/(k·d_eff); with d_eff ≥ 1 unknown, 2/k.
   */
  double sketchVariance() {
    if (sketchDim == 0) {
      return 0;
    }
    double d = value();
    return 2.0 / sketchDim / (Double.isNaN(d) ? 1 : d);
  }

  void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.EFFECTIVE_DIMENSION,
          "warming up: " + means.count() + " of " + NEEDED + " pairs of successive steps");
      return;
    }
    double d = value();
    double error = factor() * logError();
    // An interval wider than a factor of e each way says no more than the order of magnitude.
    if (Double.isNaN(d) || !(error < 1)) {
      out.absent(
          QuantityName.EFFECTIVE_DIMENSION,
          "tr Σ² cannot be told from 0 at this sketch size and number of steps");
      return;
    }
    out.put(
        QuantityName.EFFECTIVE_DIMENSION,
        d,
        Math.max(1, d * Math.exp(-error)),
        d * Math.exp(error),
        METHOD);
  }

  double factor() {
    return StudentT.quantile975(means.effectiveCount() - 1);
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
    out.writeLong(previousStep);
    StateArrays.write(out, previous);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
    previousStep = in.readLong();
    previous = StateArrays.readRows(in);
  }
}
