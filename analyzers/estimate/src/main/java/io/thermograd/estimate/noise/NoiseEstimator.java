package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
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
 * − B‖ḡ‖², refused when that would be mostly rounding. ‖G‖²̂ uses exact norms where sent, if the
 * micro-batches are the whole batch.
 *
 * <p><b>Over time</b> (m = 1): the gradients of two successive steps are taken as two micro-batches
 * of one, so that D = ½B‖g_t − g_{t−1}‖² and ‖G‖²̂ = g_t·g_{t−1} for equal batches. Because θ moves
 * in between, D has a relative bias of about η·tr(HΣ)/tr Σ, and ½B‖G_t − G_{t−1}‖² for the drift.
 * (The form ‖g_t‖² − g_t·g_{t−1} has the same mean at stationarity, but is biased by G·(G_t −
 * G_{t−1}) while the gradient shrinks, and its variance grows with ‖G‖².) A series of its own,
 * never mixed with the other, and read out only when it is all there is: an epoch's short last step
 * does not switch to it.
 *
 * <p>Unbiased per step (within a step). Cost O(mk). One owner thread.
 */
public final class NoiseEstimator {
  public static final String WITHIN_STEP = "within_step";
  public static final String TEMPORAL = "temporal";

  private static final List<QuantityName> QUANTITIES =
      List.of(
          QuantityName.GRADIENT_SQNORM,
          QuantityName.NOISE_TRACE,
          QuantityName.GRADIENT_NOISE_SCALE,
          QuantityName.EFFECTIVE_DIMENSION);

  // Norms are sums of float squares: trusted to 10⁻⁶, and a difference needs 10³ times that.
  private static final double LEAST_SHARE = 1e-3;

  private static final int SWITCH_AFTER = 20;

  private final RunSettings settings;
  private final SketchMath math = new SketchMath();
  private final NoiseSeries within;
  private final NoiseSeries temporal;
  private final EffectiveDimension dimension;
  private final NoiseGeometry geometry;
  private final Contrasts contrasts = new Contrasts(math);
  private final Contrasts pair = new Contrasts(math);
  private float[] previousGradient = new float[0];
  private int previousExamples;
  private long previousStep = -2;
  private int temporalInARow;
  private double stepTrace = Double.NaN;

  public NoiseEstimator(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.within =
        new NoiseSeries(WITHIN_STEP, settings.sketchDim(), halfLife, Dependence.INDEPENDENT);
    this.temporal = new NoiseSeries(TEMPORAL, settings.sketchDim(), halfLife, Dependence.LAG_ONE);
    this.geometry = new NoiseGeometry(settings, halfLife, math);
    this.dimension = new EffectiveDimension(settings, halfLife, math, geometry);
  }

  /** Adds a step; ‖ḡ‖² as far as its sketches tell, NaN without any. */
  public double accept(TrainingStep step) {
    stepTrace = Double.NaN;
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
    contrasts.set(sketches, step.examples());
    double scatter = contrasts.scatter();
    double sketchedSqnorm = math.sqnorm(contrasts.mean());
    Double gradSqnorm = wholeSqnorm(step);
    double[] sqnorms = step.sqnorms();
    long batch = sum(step.examples());
    boolean added;
    if (gradSqnorm == null) {
      added = within.accept(trace(scatter), signal(batch, sketchedSqnorm, scatter), 0, true);
    } else {
      double exact =
          sqnorms.length == 0 ? scatter : scatterFromNorms(sqnorms, step.examples(), gradSqnorm);
      added = within.accept(trace(scatter), signal(batch, gradSqnorm, exact), 0, false);
    }
    if (added) {
      temporalInARow = 0;
    }
    dimension.accept(contrasts, step.examples(), scatter);
    geometry.accept(contrasts, exactScatter(step, gradSqnorm));
    remember(step, contrasts.mean());
    return sketchedSqnorm;
  }

  private void acceptNorms(TrainingStep step) {
    double[] sqnorms = step.sqnorms();
    Double gradSqnorm = wholeSqnorm(step);
    if (gradSqnorm == null || sqnorms.length < 2) {
      return;
    }
    double scatter = scatterFromNorms(sqnorms, step.examples(), gradSqnorm);
    long batch = sum(step.examples());
    double resolution = LEAST_SHARE * batch * gradSqnorm / (sqnorms.length - 1);
    if (within.accept(trace(scatter), signal(batch, gradSqnorm, scatter), resolution, false)) {
      temporalInARow = 0;
    }
  }

  /** ‖ḡ‖² as sent, if ḡ is the mean over these micro-batches and no others. */
  private static @Nullable Double wholeSqnorm(TrainingStep step) {
    return step.batchSize() <= 0 || step.batchSize() == sum(step.examples())
        ? step.gradSqnorm()
        : null;
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

  /** Σ_j‖e_j‖² from exact norms; NaN where they were not sent or it would be mostly rounding. */
  private static double exactScatter(TrainingStep step, @Nullable Double gradSqnorm) {
    double[] sqnorms = step.sqnorms();
    if (gradSqnorm == null || sqnorms.length < 2) {
      return Double.NaN;
    }
    double exact = (sqnorms.length - 1) * scatterFromNorms(sqnorms, step.examples(), gradSqnorm);
    return exact >= LEAST_SHARE * sum(step.examples()) * gradSqnorm ? exact : Double.NaN;
  }

  private double acceptSingle(TrainingStep step, float[] gradient) {
    double square = math.sqnorm(gradient);
    if (previousStep == step.step() - 1 && previousGradient.length == gradient.length) {
      int examples = step.examples()[0];
      pair.set(previousGradient, previousExamples, gradient, examples);
      double scatter = pair.scatter();
      long batch = (long) previousExamples + examples;
      double signal = signal(batch, math.sqnorm(pair.mean()), scatter);
      if (temporal.accept(trace(scatter), signal, 0, true)) {
        temporalInARow = Math.min(SWITCH_AFTER, temporalInARow + 1);
      }
    }
    remember(step, gradient);
    return square;
  }

  private void remember(TrainingStep step, float[] gradient) {
    if (previousGradient.length != gradient.length) {
      previousGradient = new float[gradient.length];
    }
    System.arraycopy(gradient, 0, previousGradient, 0, gradient.length);
    previousExamples = (int) Math.min(Integer.MAX_VALUE, sum(step.examples()));
    previousStep = step.step();
  }

  /** ‖G‖²̂ = ‖ḡ‖² − D·(1/B), or D·(1/B − 1/n) for distinct examples. */
  private double signal(long batch, double square, double scatter) {
    double share = 1.0 / batch;
    if (settings.datasetSize().isPresent()) {
      share = Math.max(0, share - 1.0 / settings.datasetSize().getAsLong());
    }
    return square - share * scatter;
  }

  private static long sum(int[] examples) {
    long sum = 0;
    for (int b : examples) {
      sum += b;
    }
    return sum;
  }

  /** tr Σ̂: D, or D·(n−1)/n for distinct examples. */
  private double trace(double scatter) {
    stepTrace =
        settings.datasetSize().isPresent()
            ? scatter * (1 - 1.0 / settings.datasetSize().getAsLong())
            : scatter;
    return stepTrace;
  }

  /** tr Σ̂ of the step that was added last, by whichever method; NaN without one. */
  public double stepTrace() {
    return stepTrace;
  }

  /** The series of the method that the newest steps allow. */
  public NoiseSeries latest() {
    return isTemporal() ? temporal : within;
  }

  /** Of the latest step that had several sketches; until {@link #endStep}. */
  public Contrasts contrasts() {
    return contrasts;
  }

  /** Leading directions of the noise within a step. */
  public NoiseSpectrum spectrum() {
    return geometry.spectrum();
  }

  /** Ends a step, whose contrasts nobody needs any more. */
  public void endStep() {
    contrasts.release();
  }

  public EffectiveDimension dimension() {
    return dimension;
  }

  /** Whether the noise of a step is far from normal. */
  public boolean heavyTailed() {
    return !isTemporal() && geometry.heavyTailed();
  }

  public boolean isTemporal() {
    return temporalInARow == SWITCH_AFTER || within.count() == 0;
  }

  public void describe(QuantityList out) {
    if (within.count() == 0 && temporal.count() == 0) {
      String reason =
          "no gradient statistics yet: they need sketches or norms of at least 2 micro-batches a"
              + " step, or a gradient sketch at successive steps";
      for (QuantityName name : QUANTITIES) {
        out.absent(name, reason);
      }
      for (QuantityName name : NoiseGeometry.QUANTITIES) {
        out.absent(name, reason);
      }
      return;
    }
    latest().describe(out, dimension.sketchVariance());
    if (isTemporal()) {
      String reason = "needs at least 2 micro-batches a step; this run sends 1";
      out.absent(QuantityName.EFFECTIVE_DIMENSION, reason);
      for (QuantityName name : NoiseGeometry.QUANTITIES) {
        out.absent(name, reason);
      }
    } else {
      dimension.describe(out);
      geometry.describe(out);
    }
  }

  public void writeTo(DataOutput out) throws IOException {
    within.writeTo(out);
    temporal.writeTo(out);
    dimension.writeTo(out);
    geometry.writeTo(out);
    StateArrays.write(
        out, previousGradient.length == 0 ? new float[0][] : new float[][] {previousGradient});
    out.writeInt(previousExamples);
    out.writeLong(previousStep);
    out.writeInt(temporalInARow);
  }

  public void readFrom(DataInput in) throws IOException {
    within.readFrom(in);
    temporal.readFrom(in);
    dimension.readFrom(in);
    geometry.readFrom(in);
    float[][] rows = StateArrays.readRows(in);
    previousGradient = rows.length == 0 ? new float[0] : rows[0];
    previousExamples = in.readInt();
    previousStep = in.readLong();
    temporalInARow = in.readInt();
  }
}
