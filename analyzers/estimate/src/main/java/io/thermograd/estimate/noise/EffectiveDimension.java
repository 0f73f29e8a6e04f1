package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * d_eff = (tr Σ)²/tr Σ²: in how many directions the gradient noise spreads; 1 for rank one, P for
 * isotropic noise.
 *
 * <p>Noise vectors of different steps are independent, so products of a step with the one before
 * it, P = tr Σ̂(t)·tr Σ̂(t′) and U = mean_{j,l}⟨e_j(t), e_l(t′)⟩², have E P = (tr Σ)² and E U = tr
 * Σ² without the fourth moments that squares of one step's own contrasts would bring, also while Σ
 * grows or shrinks. Any factor on the noise cancels. In a sketch of dimension k, E U = (1 + 1/k)·tr
 * Σ² + (tr Σ)²/k, which is undone. What of U lies along the few directions that stand out is left
 * to their eigenvalues, which know it better ({@link LeadingOverlap}): of ten spikes 10/i above a
 * bulk of five times their trace, at k = 1,024 and N = 1,400, 12 % of error became 6 %. The
 * interval is by the delta method on log d_eff with the one-step overlap of P and U counted.
 *
 * <p><b>Epochs.</b> Where an epoch goes through n distinct examples, two of its steps share none: U
 * lacks the products of an example with itself, and the two traces are negatively correlated. With
 * ξ_i = g_i − G, F₄ = E‖ξ‖⁴ and up to O(1/n) relative,
 *
 * <pre>
 *   E U = tr Σ² − r·F₄        E P = (tr Σ)² − r·(F₄ − (tr Σ)²)        r = (1 − B/n)/n,
 * </pre>
 *
 * since a share 1 − B/n of successive steps lie within one epoch. F₄ comes from the contrasts' own
 * fourth moments: with weights w on the examples, Σw = 0 and Σw² = 1, E‖e‖⁴ = M + Σw⁴(F₄ − M), M =
 * (tr Σ)² + 2 tr Σ². The three are linear in (tr Σ)² and tr Σ² and are solved for them. Near
 * convergence, where few examples hold most of the noise, d_eff would else read tens of percent
 * off.
 *
 * <p>Cost O(c²k) a step, c = min(m−1, 4) contrasts. State c·k floats. One owner thread.
 */
public final class EffectiveDimension {
  // In this order: meanVariance(a, b) is about these two.
  private static final int PRODUCT = 0;
  private static final int OVERLAP = 1;
  private static final int NEEDED = 50;

  /** ⟨(tr Σ)²⟩ over ⟨tr Σ⟩². */
  private static final double MOST_DRIFT = 1.25;

  static final int MOST_CONTRASTS = 4;
  private static final String METHOD = "lagged_contrasts";

  private final OptionalLong datasetSize;
  private final int sketchDim;
  private final SketchMath math;
  private final ForgettingMean means;
  private final NoiseGeometry geometry;
  private final LeadingOverlap leading;

  /** As {@link #means}, but of the overlaps outside those directions. */
  private final ForgettingMean outside;

  private float[][] previous = new float[0][];
  private int previousCount;
  private double previousScatter;

  EffectiveDimension(
      RunSettings settings, double halfLife, SketchMath math, NoiseGeometry geometry) {
    this.geometry = geometry;
    this.leading = new LeadingOverlap(settings.sketchDim(), halfLife, math);
    this.outside = new ForgettingMean(2, halfLife, Dependence.LAG_ONE);
    this.datasetSize = settings.datasetSize();
    this.sketchDim = settings.sketchDim();
    this.math = math;
    this.means = new ForgettingMean(2, halfLife, Dependence.LAG_ONE);
  }

  /**
   * Adds a step's contrasts.
   *
   * @param examples sizes of the micro-batches they are of
   * @param scatter the mean square of all of them
   */
  public void accept(Contrasts contrasts, int[] examples, double scatter) {
    int c = Math.min(contrasts.count(), MOST_CONTRASTS);
    int k = contrasts.mean().length;
    leading.advance(geometry);
    if (previousCount > 0 && previous[0].length == k) {
      leading.project(contrasts.rows(), c, previous, previousCount);
      double sum = 0;
      for (int l = 0; l < previousCount; l++) {
        for (int j = 0; j < c; j++) {
          double overlap = math.dot(contrasts.rows()[j], previous[l]);
          sum += overlap * overlap;
        }
      }
      double product = scatter * previousScatter;
      double overlap = sum / ((double) c * previousCount);
      if (datasetSize.isEmpty()) {
        add(product, overlap, leading.overlap(c, previousCount));
      } else {
        acceptWithinEpoch(product, overlap, contrasts.squares(), c, examples);
      }
    } else {
      leading.interrupt();
    }
    if (previous.length < c || previous[0].length != k) {
      previous = new float[c][k];
    }
    for (int j = 0; j < c; j++) {
      System.arraycopy(contrasts.rows()[j], 0, previous[j], 0, k);
    }
    previousCount = c;
    previousScatter = scatter;
  }

  private void add(double product, double overlap, double within) {
    if (means.accept(product, overlap)) {
      outside.accept(product, overlap - within);
      leading.count();
      if (leading.due(geometry)) {
        double inverse = alone().value;
        leading.read(geometry, inverse > 0 ? 1 / inverse : Double.POSITIVE_INFINITY);
      }
    }
  }

  private void acceptWithinEpoch(
      double product, double overlap, double[] squares, int c, int[] examples) {
    double fourth = 0;
    double fourthWithin = 0;
    double perExample = 0;
    double before = examples[0];
    for (int j = 0; j < c; j++) {
      double b = examples[j + 1];
      double square = squares[j];
      // Σw² = 1 fixes w: α/B_j on the B_j examples before, −α/b on the b new ones, α² =
      // B_j·b/(B_j+b).
      double alpha2 = before * b / (before + b);
      double weights4 = alpha2 * alpha2 * (1 / (before * before * before) + 1 / (b * b * b));
      fourth += square * square / weights4 / c;
      perExample += 1 / weights4 / c;
      double within = leading.square(j);
      fourthWithin += within * within / weights4 / c;
      before += b;
    }
    long batch = 0;
    for (int b : examples) {
      batch += b;
    }
    double n = datasetSize.getAsLong();
    double r = Math.max(0, 1 - batch / n) / n;
    double y = perExample - 1;
    EpochTerms terms = new EpochTerms(r, y);
    double within = leading.overlap(c, previousCount);
    add(
        terms.product(product, overlap, fourth),
        terms.overlap(product, overlap, fourth),
        terms.overlap(leading.product(c, previousCount), within, fourthWithin));
  }

  /** F₄ = fourth − (T + 2F)·y: two equations in T = (tr Σ)² and F = tr Σ², solved. */
  private record EpochTerms(double r, double y) {
    private double determinant() {
      return (1 + r + r * y) * (1 + 2 * r * y) - 2 * r * y * r * y;
    }

    double product(double product, double overlap, double fourth) {
      double right1 = product + r * fourth;
      double right2 = overlap + r * fourth;
      return (right1 * (1 + 2 * r * y) - right2 * 2 * r * y) / determinant();
    }

    double overlap(double product, double overlap, double fourth) {
      double right1 = product + r * fourth;
      double right2 = overlap + r * fourth;
      return (right2 * (1 + r + r * y) - right1 * r * y) / determinant();
    }
  }

  /** 1/k, 0 without a sketch. */
  private double sketchShare() {
    return sketchDim == 0 ? 0 : 1.0 / sketchDim;
  }

  /**
   * 1/d_eff and its error.
   *
   * @param value tr Σ²/(tr Σ)²
   * @param variance of its error
   */
  private record Inverse(double value, double variance) {}

  /** By the overlaps alone. */
  private Inverse alone() {
    double product = means.mean(PRODUCT);
    double share = sketchShare();
    double all = means.mean(OVERLAP) / product;
    return new Inverse(
        (all - share) / (1 + share), means.meanVariance(-all / product, 1 / product));
  }

  /**
   * By the overlaps alone while no directions stand out, and while the noise grows or shrinks
   * within the memory, when the eigenvalues rest on fewer samples than they seem to.
   */
  private Inverse inverse() {
    Inverse alone = alone();
    double product = means.mean(PRODUCT);
    double share = sketchShare();
    LeadingOverlap.Reading found = alone.value > 0 ? leading.reading() : null;
    if (found == null || product > MOST_DRIFT * found.squaredTrace()) {
      return alone;
    }
    double beyond = outside.mean(OVERLAP) / product;
    double value = (beyond - share + found.crosstalk()) / (1 + share) + found.squares();
    double variance = outside.meanVariance(-beyond / product, 1 / product) + found.variance();
    return value > 0 ? new Inverse(value, variance) : alone;
  }

  /** d_eff, at least 1; NaN while not identified. */
  public double value() {
    double inverse = means.count() >= NEEDED ? inverse().value : Double.NaN;
    return inverse > 0 ? Math.max(1, 1 / inverse) : Double.NaN;
  }

  /** Standard error of log d_eff. */
  public double logError() {
    Inverse inverse = inverse();
    // Directions i, j that a sketch lets collide, which a pair does with probability 1/k, add
    // 2λ_iλ_j to tr Σ²: over all pairs a variance of (2/k)(tr Σ²)², which no averaging removes.
    return Math.sqrt(inverse.variance / (inverse.value * inverse.value) + 2 * sketchShare());
  }

  /**
   * Relative variance that a sketch adds to any trace, 2/(k·d_eff); with d_eff ≥ 1 unknown, 2/k.
   */
  public double sketchVariance() {
    double d = value();
    return 2 * sketchShare() / (Double.isNaN(d) ? 1 : d);
  }

  public void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.EFFECTIVE_DIMENSION,
          WarmUp.reason(means.count(), NEEDED, "pairs of steps with at least 2 micro-batches"));
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

  public double factor() {
    return StudentT.quantile975(means.degrees());
  }

  public void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
    outside.writeTo(out);
    leading.writeTo(out);
    out.writeDouble(previousScatter);
    StateArrays.write(out, Arrays.copyOf(previous, previousCount));
  }

  public void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
    outside.readFrom(in);
    leading.readFrom(in);
    previousScatter = in.readDouble();
    previous = StateArrays.readRows(in);
    previousCount = previous.length;
  }
}
