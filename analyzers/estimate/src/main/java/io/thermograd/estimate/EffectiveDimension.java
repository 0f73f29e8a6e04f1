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
 * <p>Noise vectors of different steps are independent, so products of a step with the one before
 * it, P = tr Σ̂(t)·tr Σ̂(t′) and U = mean_{j,l}⟨e_j(t), e_l(t′)⟩², have E P = (tr Σ)² and E U = tr
 * Σ² without the fourth moments that squares of one step's own contrasts would bring, also while Σ
 * grows or shrinks. Any factor on the noise cancels. In a sketch of dimension k, E U = (1 + 1/k)·tr
 * Σ² + (tr Σ)²/k, which is undone. Relative error about √(2/N + 2/k); the interval is by the delta
 * method on log d_eff with the one-step overlap of P and U counted.
 *
 * <p>Cost O(c²k) a step, c = min(m−1, 4) contrasts. State c·k floats. One owner thread.
 */
final class EffectiveDimension {
  // In this order: meanVariance(a, b) is about these two.
  private static final int PRODUCT = 0;
  private static final int OVERLAP = 1;
  private static final int NEEDED = 50;
  private static final int MOST_CONTRASTS = 4;
  private static final String METHOD = "lagged_contrasts";

  private final int sketchDim;
  private final SketchMath math;
  private final ForgettingMean means;
  private float[][] previous = new float[0][];
  private double previousScatter;

  EffectiveDimension(int sketchDim, double halfLife, SketchMath math) {
    this.sketchDim = sketchDim;
    this.math = math;
    this.means = new ForgettingMean(2, halfLife, Dependence.LAG_ONE);
  }

  /**
   * Adds a step's contrasts.
   *
   * @param scatter the mean square of all of them
   */
  void accept(Contrasts contrasts, double scatter) {
    int c = Math.min(contrasts.rows().length, MOST_CONTRASTS);
    if (previous.length > 0 && previous[0].length == contrasts.mean().length) {
      double sum = 0;
      for (float[] before : previous) {
        for (int j = 0; j < c; j++) {
          double overlap = math.dot(contrasts.rows()[j], before);
          sum += overlap * overlap;
        }
      }
      means.accept(scatter * previousScatter, sum / ((double) c * previous.length));
    }
    float[][] kept = new float[c][];
    System.arraycopy(contrasts.rows(), 0, kept, 0, c);
    previous = kept;
    previousScatter = scatter;
  }

  /** 1/k, 0 without a sketch. */
  private double sketchShare() {
    return sketchDim == 0 ? 0 : 1.0 / sketchDim;
  }

  /** (1 + 1/k)·tr Σ²; NaN before the first pair of steps. */
  private double ownOverlap() {
    return means.mean(OVERLAP) - sketchShare() * means.mean(PRODUCT);
  }

  /** d_eff, at least 1; NaN while not identified. */
  double value() {
    double own = ownOverlap();
    return means.count() >= NEEDED && own > 0
        ? Math.max(1, (1 + sketchShare()) * means.mean(PRODUCT) / own)
        : Double.NaN;
  }

  /** Standard error of log d_eff. */
  double logError() {
    double own = ownOverlap();
    double byOverlap = -1 / own;
    double byProduct = 1 / means.mean(PRODUCT) + sketchShare() / own;
    // Directions i, j that a sketch lets collide, which a pair does with probability 1/k, add
    // 2λ_iλ_j to tr Σ²: over all pairs a variance of (2/k)(tr Σ²)², which no averaging removes.
    return Math.sqrt(means.meanVariance(byProduct, byOverlap) + 2 * sketchShare());
  }

  /**
   * Relative variance that a sketch adds to any trace, 2/(k·d_eff); with d_eff ≥ 1 unknown, 2/k.
   */
  double sketchVariance() {
    double d = value();
    return 2 * sketchShare() / (Double.isNaN(d) ? 1 : d);
  }

  void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.EFFECTIVE_DIMENSION,
          "warming up: "
              + means.count()
              + " of "
              + NEEDED
              + " pairs of steps with at least 2 micro-batches");
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
    return StudentT.quantile975(means.degrees());
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
    out.writeDouble(previousScatter);
    StateArrays.write(out, previous);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
    previousScatter = in.readDouble();
    previous = StateArrays.readRows(in);
  }
}
