package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.noise.Spectrum;
import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.RatioInterval;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What noise and curvature have to do with one another: {@link Alignment}, and the noise scale of
 * curvature B_noise = tr(HΣ)/(GᵀHG), at which the noise of a batch costs as much loss by curvature
 * as its gradient.
 *
 * <p>tr(HΣ) is tr(SĤ) of the directions that are known, and between 0 and min(λ_n·(tr H − tr Ĥ),
 * κ₁·(tr Σ − tr S)) beyond them, of which half is taken and the whole is within the interval. GᵀHG
 * is the mean of the probes' ḡᵀHḡ, whose weight halves every {@value #PROBES} probes, less
 * c·tr(HΣ)/B: a mini-batch gradient brings its noise along. Fieller's interval; a lower bound alone
 * while GᵀHG is lost in the difference.
 *
 * <p>Cost: O(1) a step. One owner thread. Source: QUANTITIES.md 2 and 4.
 */
public final class NoiseAndCurvature {
  private static final int PROBES = 8;
  private static final int NEEDED = 4;
  private static final String METHOD = "stream_and_probe";
  private static final List<QuantityName> ALIGNMENTS =
      List.of(
          QuantityName.NOISE_CURVATURE_ALIGNMENT,
          QuantityName.NOISE_CURVATURE_COSINE,
          QuantityName.NOISE_CURVATURE_SLOPE);

  private final RunSettings settings;

  /** ḡᵀHḡ and c/B at each probe. */
  private final ForgettingMean along =
      new ForgettingMean(2, PROBES, ForgettingMean.Dependence.INDEPENDENT);

  private double hessianTrace = Double.NaN;

  public NoiseAndCurvature(RunSettings settings) {
    this.settings = settings;
  }

  /** Adds a step. */
  public void accept(TrainingStep step) {
    Probe probe = step.probe();
    if (probe == null) {
      return;
    }
    Double trace = probe.trace();
    if (trace != null && Double.isFinite(trace)) {
      hessianTrace = trace;
    }
    Double sent = probe.gradHessGrad();
    if (sent != null && step.batchSize() > 0) {
      double b = step.batchSize();
      double share = 1 / b;
      if (settings.datasetSize().isPresent()) {
        double n = settings.datasetSize().getAsLong();
        share = n > 1 ? Math.max(0, (n - b) / (n - 1)) / b : 0;
      }
      along.accept(sent, share);
    }
  }

  /** Publishes what is known, or says what is missing. */
  public void describe(QuantityList out, NoiseEstimator noise, @Nullable SubspaceHessian hessian) {
    if (hessian == null) {
      String reason = "waits for the Hessian in the leading directions of the noise";
      ALIGNMENTS.forEach(name -> out.absent(name, reason));
      out.absent(QuantityName.CURVATURE_NOISE_SCALE, reason);
      return;
    }
    Spectrum spectrum = noise.spectrum().snapshot();
    List<Spectrum.Eigenvalue> leading = spectrum.leading(settings.sketchDim());
    if (leading.isEmpty()) {
      String reason = "no direction of the noise stands out";
      ALIGNMENTS.forEach(name -> out.absent(name, reason));
      out.absent(QuantityName.CURVATURE_NOISE_SCALE, reason);
      return;
    }
    Alignment alignment =
        Alignment.of(
            leading,
            noise.spectrum().directions(leading.size()),
            1 / spectrum.effectiveCount(),
            hessian);
    alignment.describe(out);
    describeScale(out, alignment, spectrum.trace());
  }

  void describeScale(QuantityList out, Alignment alignment, double noiseTrace) {
    if (along.count() < NEEDED) {
      out.absent(
          QuantityName.CURVATURE_NOISE_SCALE,
          "needs gᵀHg of %d probes and has %d: set grad_hess_grad in a step's probe"
              .formatted(NEEDED, along.count()));
      return;
    }
    double beyond = Math.max(0, alignment.largestCurvature() * (noiseTrace - alignment.noise()));
    if (!Double.isNaN(hessianTrace)) {
      double rest = Math.max(0, hessianTrace - alignment.curvature());
      beyond = Math.min(beyond, alignment.leastNoise() * rest);
    }
    double product = alignment.product() + beyond / 2;
    // Uniform between the bounds: variance w²/12.
    double variance = alignment.productVariance() + beyond * beyond / 12;
    double share = along.mean(1);
    double signal = along.mean(0) - share * product;
    double signalVariance = along.meanVariance(0) + share * share * variance;
    RatioInterval interval =
        RatioInterval.of(
            product,
            signal,
            variance,
            signalVariance,
            -share * variance,
            StudentT.quantile975(along.degrees()));
    if (Double.isFinite(interval.low()) && Double.isFinite(interval.high())) {
      out.put(
          QuantityName.CURVATURE_NOISE_SCALE,
          product / signal,
          Math.max(0, interval.low()),
          interval.high(),
          METHOD);
      return;
    }
    if (Double.isFinite(interval.low())) {
      out.put(QuantityName.CURVATURE_NOISE_SCALE, Quantity.atLeast(interval.low(), METHOD));
    }
    out.absent(
        QuantityName.CURVATURE_NOISE_SCALE,
        "GᵀHG is lost in the noise of ḡᵀHḡ: at most a lower bound is known");
  }

  public void writeTo(DataOutput out) throws IOException {
    along.writeTo(out);
    out.writeDouble(hessianTrace);
  }

  public void readFrom(DataInput in) throws IOException {
    along.readFrom(in);
    hessianTrace = in.readDouble();
  }
}
