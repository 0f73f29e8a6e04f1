package io.thermograd.estimate;

import io.thermograd.estimate.ForgettingMean.Dependence;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gradient noise from the stream: tr Σ and ‖G‖², where Σ is the covariance (1/n)Σ_i(g_i − G)(g_i −
 * G)ᵀ of per-example gradients.
 *
 * <p><b>Within a step</b> (m ≥ 2 micro-batches): D = Σ_j b_j‖g_j − ḡ‖²/(m−1).
 *
 * <ul>
 *   <li>independent draws: E D = tr Σ and ‖G‖²̂ = ‖ḡ‖² − D/B;
 *   <li>B distinct examples out of n: the micro-batches are also negatively correlated with one
 *       another, Cov(g_i, g_j) = −Σ/(n−1), so E D = tr Σ·n/(n−1), whatever B is, and ‖G‖²̂ = ‖ḡ‖² −
 *       D(n−B)/(nB). (The factor (n−B)/(n−1) belongs to the covariance of ḡ, not to D.)
 * </ul>
 *
 * <p>D is centred, from sketches; where no sketches are sent, from the exact norms as Σ_j b_j‖g_j‖²
 * − B‖ḡ‖², refused when that would be mostly rounding. ‖G‖²̂ uses exact norms where sent.
 *
 * <p><b>Over time</b> (m = 1): D = B(‖g_t‖² − g_t·g_{t−1}), with the same factors; relative bias
 * about η·tr(HΣ)/tr Σ, because θ moves in between. A series of its own, never mixed with the other.
 *
 * <p>Unbiased per step (within a step). Cost O(mk). One owner thread.
 */
final class NoiseEstimator {
  static final String WITHIN_STEP = "within_step";
  static final String TEMPORAL = "temporal";

  // Norms are sums of float squares: trusted to 10⁻⁶, and a difference needs 10³ times that.
  private static final double LEAST_SHARE = 1e-3;

  private final RunSettings settings;
  private final SketchMath math = new SketchMath();
  private final NoiseSeries within;
  private final NoiseSeries temporal;
  private final EffectiveDimension dimension;
  private float @Nullable [] previousGradient;
  private long previousStep = -2;
  private boolean latestIsTemporal;
  private boolean seenAny;

  NoiseEstimator(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.within = new NoiseSeries(WITHIN_STEP, halfLife, Dependence.INDEPENDENT);
    this.temporal = new NoiseSeries(TEMPORAL, halfLife, Dependence.LAG_ONE);
    this.dimension = new EffectiveDimension(settings.sketchDim(), halfLife, math);
  }

  /** Adds a step; ‖ḡ‖² as far as its sketches tell, NaN without any. */
  double accept(TrainingStep step) {
    if (step.nonFinite() || step.microBatches() == 0) {
      return Double.NaN;
    }
    float[][] sketches = step.sketches();
    if (sketches.length == 0) {
      acceptNorms(step);
      return Double.NaN;
    }
    return step.microBatches() == 1
        ? acceptSingle(step, sketches[0])
        : acceptSeveral(step, sketches);
  }

  private double acceptSeveral(TrainingStep step, float[][] sketches) {
    Contrasts contrasts = Contrasts.of(sketches, step.examples());
    double scatter = 0;
    for (float[] row : contrasts.rows()) {
      scatter += math.sqnorm(row);
    }
    scatter /= contrasts.rows().length;
    double sketchedSqnorm = math.sqnorm(contrasts.mean());
    Double gradSqnorm = step.gradSqnorm();
    double[] sqnorms = step.sqnorms();
    if (gradSqnorm == null) {
      record(within, step, scatter, scatter, sketchedSqnorm);
    } else {
      double exact =
          sqnorms.length == 0 ? scatter : scatterFromNorms(sqnorms, step.examples(), gradSqnorm);
      record(within, step, scatter, exact, gradSqnorm);
    }
    dimension.accept(step.step(), contrasts, scatter * scatterFactor());
    previousGradient = contrasts.mean();
    previousStep = step.step();
    return sketchedSqnorm;
  }

  private void acceptNorms(TrainingStep step) {
    double[] sqnorms = step.sqnorms();
    Double gradSqnorm = step.gradSqnorm();
    if (gradSqnorm == null || sqnorms.length < 2) {
      return;
    }
    double scatter = scatterFromNorms(sqnorms, step.examples(), gradSqnorm);
    if (scatter * (sqnorms.length - 1) > LEAST_SHARE * examples(step) * gradSqnorm) {
      record(within, step, scatter, scatter, gradSqnorm);
    }
  }

  private static double scatterFromNorms(double[] sqnorms, int[] examples, double gradSqnorm) {
    double sum = 0;
    long total = 0;
    for (int j = 0; j < sqnorms.length; j++) {
      sum += examples[j] * sqnorms[j];
      total += examples[j];
    }
    return (sum - total * gradSqnorm) / (sqnorms.length - 1);
  }

  private double acceptSingle(TrainingStep step, float[] gradient) {
    double square = math.sqnorm(gradient);
    float[] before = previousGradient;
    if (before != null && previousStep == step.step() - 1 && before.length == gradient.length) {
      double scatter = examples(step) * (square - math.dot(gradient, before));
      record(temporal, step, scatter, scatter, square);
    }
    previousGradient = gradient;
    previousStep = step.step();
    return square;
  }

  /**
   * @param scatter D, for tr Σ
   * @param exactScatter D from what is exact where possible, for ‖G‖²
   */
  private void record(
      NoiseSeries series, TrainingStep step, double scatter, double exactScatter, double square) {
    double batch = examples(step);
    double meanVariance =
        settings.datasetSize().isPresent()
            ? Math.max(0, 1 / batch - 1.0 / settings.datasetSize().getAsLong())
            : 1 / batch;
    if (series.accept(scatter * scatterFactor(), square - meanVariance * exactScatter)) {
      latestIsTemporal = series == temporal;
      seenAny = true;
    }
  }

  private static long examples(TrainingStep step) {
    long sum = 0;
    for (int b : step.examples()) {
      sum += b;
    }
    return sum;
  }

  /** tr Σ over E D: (n−1)/n for distinct examples, else 1. */
  private double scatterFactor() {
    return settings.datasetSize().isPresent() ? 1 - 1.0 / settings.datasetSize().getAsLong() : 1;
  }

  /** The series of the method that the newest step allowed. */
  NoiseSeries latest() {
    return latestIsTemporal ? temporal : within;
  }

  EffectiveDimension dimension() {
    return dimension;
  }

  boolean isTemporal() {
    return latestIsTemporal;
  }

  void describe(QuantityList out) {
    if (!seenAny) {
      String reason =
          "no gradient statistics yet: they need sketches or norms of at least 2 micro-batches a"
              + " step, or a gradient sketch at successive steps";
      for (QuantityName name : Temperatures.NOISE_QUANTITIES) {
        out.absent(name, reason);
      }
      return;
    }
    latest().describe(out, dimension.sketchVariance());
    if (latestIsTemporal) {
      out.absent(
          QuantityName.EFFECTIVE_DIMENSION,
          "needs at least 2 micro-batches a step; this run sends 1");
    } else {
      dimension.describe(out);
    }
  }

  void writeTo(DataOutput out) throws IOException {
    within.writeTo(out);
    temporal.writeTo(out);
    dimension.writeTo(out);
    float[] gradient = previousGradient;
    StateArrays.write(out, gradient == null ? new float[0][] : new float[][] {gradient});
    out.writeLong(previousStep);
    out.writeBoolean(latestIsTemporal);
    out.writeBoolean(seenAny);
  }

  void readFrom(DataInput in) throws IOException {
    within.readFrom(in);
    temporal.readFrom(in);
    dimension.readFrom(in);
    float[][] rows = StateArrays.readRows(in);
    previousGradient = rows.length == 0 ? null : rows[0];
    previousStep = in.readLong();
    latestIsTemporal = in.readBoolean();
    seenAny = in.readBoolean();
  }
}
