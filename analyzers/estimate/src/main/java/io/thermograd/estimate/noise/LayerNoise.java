package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.EventRules;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gradient noise layer by layer, where a run sends layer sketches: with Σ_l the block of the
 * per-example covariance that belongs to layer l, tr Σ_l in (loss/param)² and λ₁(Σ_l)/tr Σ_l, both
 * from the within-step contrasts of the layer's sketches as for the whole gradient ({@link
 * NoiseEstimator}, {@link NoiseSpectrum}). The traces add up to tr Σ, sketch errors aside.
 *
 * <p>Intervals: sampling, and the sketch. What a sketch of dimension k does to a trace has the
 * variance 2·tr(Σ_l²)/k, of which tr(Σ_l²) ≤ λ₁·tr Σ_l is taken; none for a layer that is sent
 * whole.
 *
 * <p>A vector has an element for every layer or is absent: its places are the layers. Sketches of
 * more elements together than the state's bound leaves room for get traces, but no spectra.
 *
 * <p>Unbiased traces; the share as {@link Spectrum}. Cost O(k) a layer and micro-batch, times 8 for
 * the spectra; state 12 floats an element. Nothing is allocated before the first layer sketch. One
 * owner thread.
 */
public final class LayerNoise {
  private static final int RANK = 8;
  private static final int NEEDED = 20;
  private static final int NEEDED_FOR_SHARE = 50;
  private static final String TRACE_METHOD = NoiseEstimator.WITHIN_STEP;

  private final RunSettings settings;
  private final double halfLife;
  private final SketchMath math = new SketchMath();
  private boolean sent;
  private int[] lengths = new int[0];
  private Layer[] layers = new Layer[0];

  public LayerNoise(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.halfLife = halfLife;
  }

  /** One layer; the contrasts are shared by all layers of that length. */
  private record Layer(
      Contrasts contrasts, ForgettingMean scatter, @Nullable NoiseSpectrum spectrum) {}

  /** Adds a step; one with a number that is not finite changes nothing. */
  public void accept(TrainingStep step) {
    float[][][] sketches = step.layerSketches();
    if (sketches.length == 0) {
      return;
    }
    sent = true;
    if (step.nonFinite() || step.microBatches() < 2) {
      return;
    }
    if (layers.length == 0) {
      lengths = new int[sketches.length];
      for (int l = 0; l < lengths.length; l++) {
        lengths[l] = sketches[l][0].length;
      }
      layers = newLayers();
    }
    if (!fits(sketches)) {
      return;
    }
    for (int l = 0; l < layers.length; l++) {
      Layer layer = layers[l];
      Contrasts contrasts = layer.contrasts;
      contrasts.set(sketches[l], step.examples());
      NoiseSpectrum spectrum = layer.spectrum;
      if (layer.scatter.accept(contrasts.scatter()) && spectrum != null) {
        spectrum.accept(contrasts.rows(), contrasts.squares());
      }
    }
    for (Layer layer : layers) {
      layer.contrasts.release();
    }
  }

  private boolean fits(float[][][] sketches) {
    if (sketches.length != layers.length) {
      return false;
    }
    for (int l = 0; l < layers.length; l++) {
      if (sketches[l][0].length != lengths[l]) {
        return false;
      }
    }
    return true;
  }

  private Layer[] newLayers() {
    boolean shapes = elements() <= room();
    Layer[] made = new Layer[lengths.length];
    for (int l = 0; l < made.length; l++) {
      Contrasts contrasts = null;
      for (int i = 0; i < l && contrasts == null; i++) {
        contrasts = lengths[i] == lengths[l] ? made[i].contrasts : null;
      }
      made[l] =
          new Layer(
              contrasts == null ? new Contrasts(math) : contrasts,
              new ForgettingMean(1, halfLife, Dependence.INDEPENDENT),
              shapes ? new NoiseSpectrum(RANK, halfLife) : null);
    }
    return made;
  }

  private long elements() {
    long sum = 0;
    for (int length : lengths) {
      sum += length;
    }
    return sum;
  }

  /** Elements of all layers for which the other estimators leave room in the run's 1 MiB. */
  private long room() {
    return Math.max(0, 12_288 - 6L * settings.sketchDim());
  }

  /** Publishes both vectors, or says what is missing. */
  public void describe(QuantityList out) {
    if (layers.length == 0) {
      String reason =
          sent
              ? "needs at least 2 micro-batches a step; this run sends 1"
              : "the run sends no layer sketches: set layer_sketch_dim and layer_sketches";
      out.absent(QuantityName.LAYER_NOISE_TRACE, reason);
      out.absent(QuantityName.LAYER_NOISE_ANISOTROPY, reason);
      return;
    }
    Spectrum[] spectra = new Spectrum[layers.length];
    for (int l = 0; l < layers.length; l++) {
      NoiseSpectrum spectrum = layers[l].spectrum;
      if (spectrum != null && spectrum.steps() >= NEEDED_FOR_SHARE) {
        spectra[l] = spectrum.snapshot();
      }
    }
    describeTraces(out, spectra);
    describeShares(out, spectra);
  }

  private void describeTraces(QuantityList out, @Nullable Spectrum[] spectra) {
    double population =
        settings.datasetSize().isPresent() ? 1 - 1.0 / settings.datasetSize().getAsLong() : 1;
    List<Quantity> traces = new ArrayList<>();
    for (int l = 0; l < layers.length; l++) {
      ForgettingMean scatter = layers[l].scatter;
      if (scatter.count() < NEEDED) {
        out.absent(
            QuantityName.LAYER_NOISE_TRACE,
            WarmUp.reason(scatter.count(), NEEDED, "steps in layer " + (l + 1)));
        return;
      }
      double mean = scatter.mean(0);
      double variance = scatter.meanVariance(0) + sketchVariance(l, spectra[l]) * mean * mean;
      double error = StudentT.quantile975(scatter.degrees()) * Math.sqrt(variance);
      if (!Double.isFinite(error)) {
        out.absent(
            QuantityName.LAYER_NOISE_TRACE,
            "the interval of layer " + (l + 1) + " is not finite: its gradients are too large");
        return;
      }
      traces.add(
          Quantity.of(
              population * mean,
              population * Math.max(0, mean - error),
              population * (mean + error),
              TRACE_METHOD));
    }
    out.put(QuantityName.LAYER_NOISE_TRACE, traces);
  }

  /** Relative variance of the trace by the sketch, 2·tr(Σ²)/(k·tr²) ≤ 2·λ₁/(k·tr). */
  private double sketchVariance(int l, @Nullable Spectrum now) {
    int k = sketchDim(l);
    if (k == 0) {
      return 0;
    }
    double share = now == null || !(now.trace() > 0) ? 1 : now.sampleValue(0) / now.trace();
    return 2.0 / k * Math.min(1, share);
  }

  /** k, 0 for a layer that is sent whole. */
  private int sketchDim(int l) {
    return lengths[l] < settings.layerSketchDim() ? 0 : settings.layerSketchDim();
  }

  private void describeShares(QuantityList out, @Nullable Spectrum[] spectra) {
    List<Quantity> shares = new ArrayList<>();
    for (int l = 0; l < layers.length; l++) {
      NoiseSpectrum spectrum = layers[l].spectrum;
      if (spectrum == null) {
        absentShare(
            out,
            "a run's state has room for layer sketches of "
                + room()
                + " elements together: had "
                + elements()
                + "; group the layers, or lower layer_sketch_dim");
        return;
      }
      Spectrum now = spectra[l];
      if (now == null) {
        absentShare(
            out, WarmUp.reason(spectrum.steps(), NEEDED_FOR_SHARE, "steps in layer " + (l + 1)));
        return;
      }
      List<Spectrum.Eigenvalue> leading = now.leading(sketchDim(l));
      if (leading.isEmpty() || !(leading.get(0).error() <= 1)) {
        absentShare(out, "no direction of the noise stands out of the others in layer " + (l + 1));
        return;
      }
      shares.add(NoiseGeometry.share(now, leading.get(0)));
    }
    out.put(QuantityName.LAYER_NOISE_ANISOTROPY, shares);
  }

  private static void absentShare(QuantityList out, String reason) {
    out.absent(QuantityName.LAYER_NOISE_ANISOTROPY, reason);
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(sent);
    out.writeInt(lengths.length);
    for (int length : lengths) {
      out.writeInt(length);
    }
    for (Layer layer : layers) {
      layer.scatter.writeTo(out);
      if (layer.spectrum != null) {
        layer.spectrum.writeTo(out);
      }
    }
  }

  /** Replaces the state by what {@link #writeTo} wrote, for the same settings and half-life. */
  public void readFrom(DataInput in) throws IOException {
    sent = in.readBoolean();
    int count = in.readInt();
    if (count < 0 || count > EventRules.MAX_SKETCHED_LAYERS) {
      throw new IOException("state claims " + count + " layers");
    }
    lengths = new int[count];
    for (int l = 0; l < count; l++) {
      lengths[l] = in.readInt();
    }
    layers = newLayers();
    for (Layer layer : layers) {
      layer.scatter.readFrom(in);
      if (layer.spectrum != null) {
        layer.spectrum.readFrom(in);
      }
    }
  }
}
