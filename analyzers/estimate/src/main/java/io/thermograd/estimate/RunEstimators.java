package io.thermograd.estimate;

import io.thermograd.estimate.curvature.NoiseAndCurvature;
import io.thermograd.estimate.curvature.Sharpness;
import io.thermograd.estimate.curvature.StreamCurvature;
import io.thermograd.estimate.curvature.StreamSharpness;
import io.thermograd.estimate.curvature.SubspaceHessian;
import io.thermograd.estimate.fluctuation.Fluctuations;
import io.thermograd.estimate.noise.LayerNoise;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.StepScalars;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All estimators of one attempt of a run: {@link #accept} a step, {@link #describe} what is known.
 *
 * <p>Steps come in rising order; gaps are allowed. Steps with non-finite numbers leave the averages
 * as they were. Memory: about 30 sketches. One owner thread.
 */
public final class RunEstimators {
  private static final String REPORTED = "reported";
  private static final String SKETCH = "sketch";

  private final int sketchDim;
  private final NoiseEstimator noise;
  private final LayerNoise layers;
  private final StreamCurvature curvature;
  private final Sharpness sharpness;
  private final NoiseAndCurvature alignment;
  private final Fluctuations fluctuations;
  private final Temperatures temperatures;
  private final LossMoments loss;
  private final Pace pace = new Pace();
  private final Supplier<StreamSharpness> streamSharpness;
  private @Nullable StepScalars latest;

  /**
   * @param noiseHalfLife steps after which a noise sample weighs half
   * @param lossHalfLife the same for the loss
   */
  public RunEstimators(RunSettings settings, double noiseHalfLife, double lossHalfLife) {
    this.sketchDim = settings.sketchDim();
    this.noise = new NoiseEstimator(settings, noiseHalfLife);
    this.layers = new LayerNoise(settings, noiseHalfLife);
    this.curvature = new StreamCurvature(settings, noiseHalfLife);
    this.streamSharpness = curvature::sharpness;
    this.sharpness = new Sharpness(settings, noiseHalfLife);
    this.alignment = new NoiseAndCurvature(settings);
    this.fluctuations = new Fluctuations(settings, noiseHalfLife);
    this.temperatures = new Temperatures(settings);
    this.loss = new LossMoments(lossHalfLife);
  }

  /** Adds one step. */
  public void accept(TrainingStep step) {
    Double batchLoss = step.loss();
    if (batchLoss != null) {
      loss.accept(batchLoss);
    }
    double sketchedSqnorm = noise.accept(step);
    layers.accept(step);
    curvature.accept(step, noise);
    sharpness.accept(step, noise.stepTrace(), streamSharpness);
    alignment.accept(step);
    fluctuations.accept(step, noise);
    pace.accept(step.step(), step.time());
    StepScalars now = latest;
    if (now == null) {
      now = new StepScalars();
      latest = now;
    }
    now.set(step, sketchedSqnorm);
    noise.endStep();
  }

  /** The smoothed loss, for detectors. */
  public LossMoments loss() {
    return loss;
  }

  /** The gradient noise, for detectors: of the steps so far, the latest included. */
  public NoiseEstimator noise() {
    return noise;
  }

  /**
   * B in use, for detectors: the one step of another size that ends an epoch does not count. 0
   * where the latest step sent none.
   */
  public long batchSize() {
    StepScalars now = latest;
    return now == null ? 0 : now.batchSize();
  }

  /** The parameters' fluctuations, for forecasts. */
  public Fluctuations fluctuations() {
    return fluctuations;
  }

  /**
   * T = η_eff·c·tr Σ/(2·B·d_eff) of the latest step, loss, for detectors; NaN while it is not
   * known.
   */
  public double temperature() {
    return temperatures.effective(latest, noise);
  }

  /** Whether the noise's tails are too heavy for statements that take it to be normal. */
  public boolean heavyTailed() {
    return noise.heavyTailed();
  }

  /** Whether the steepest direction hovers at the edge of stability. */
  public boolean atEdgeOfStability() {
    return sharpness.atEdge();
  }

  /** λ_max over the largest stable one, when it was last looked at; NaN while unknown. */
  public double stabilityRatio() {
    return sharpness.ratio();
  }

  /** Puts every quantity, or the reason why it is absent, into the list. */
  public void describe(QuantityList out) {
    loss.describe(out);
    noise.describe(out);
    layers.describe(out);
    curvature.describe(out);
    StreamSharpness stream = curvature.sharpness();
    sharpness.describe(out, stream);
    // What the sharpness is not published for, nothing else may rest on.
    SubspaceHessian hessian = stream.present() ? curvature.hessian() : null;
    alignment.describe(out, noise, hessian);
    fluctuations.describe(out, hessian);
    temperatures.describe(out, latest, noise);
    pace.describe(out);
    describeLatest(out);
  }

  private void describeLatest(QuantityList out) {
    StepScalars now = latest;
    if (now == null) {
      return;
    }
    if (now.loss() == null) {
      String reason = "the run sends no loss: set loss in step";
      out.absent(QuantityName.BATCH_LOSS, reason);
      if (loss.count() == 0) {
        out.absent(QuantityName.LOSS, reason);
        out.absent(QuantityName.LOSS_SD, reason);
      }
    } else {
      out.putExact(QuantityName.BATCH_LOSS, now.loss(), REPORTED);
    }
    describeNorm(out, now);
    if (now.learningRate() == null) {
      out.absent(
          QuantityName.LEARNING_RATE, "the latest step sent none: set learning_rate in step");
    } else {
      out.putExact(QuantityName.LEARNING_RATE, now.learningRate(), REPORTED);
    }
    if (now.batchSize() > 0) {
      out.putExact(QuantityName.BATCH_SIZE, now.batchSize(), REPORTED);
    } else {
      out.absent(QuantityName.BATCH_SIZE, "the latest step sent none: set batch_size in step");
    }
  }

  private void describeNorm(QuantityList out, StepScalars now) {
    if (now.gradSqnorm() == null) {
      out.absent(
          QuantityName.GRADIENT_NORM, "the latest step sent no gradient norm: set grad_sqnorm");
      return;
    }
    double norm = Math.sqrt(now.gradSqnorm());
    if (now.sketched() && sketchDim > 0) {
      // A sketched square has relative variance 2/k at most.
      double width = 1.96 * Math.sqrt(2.0 / sketchDim);
      out.put(
          QuantityName.GRADIENT_NORM,
          norm,
          norm * Math.sqrt(Math.max(0, 1 - width)),
          norm * Math.sqrt(1 + width),
          SKETCH);
    } else {
      out.putExact(QuantityName.GRADIENT_NORM, norm, now.sketched() ? SKETCH : REPORTED);
    }
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    noise.writeTo(out);
    layers.writeTo(out);
    curvature.writeTo(out);
    sharpness.writeTo(out);
    alignment.writeTo(out);
    fluctuations.writeTo(out);
    loss.writeTo(out);
    pace.writeTo(out);
    StepScalars now = latest;
    out.writeBoolean(now != null);
    if (now != null) {
      now.writeTo(out);
    }
  }

  /** Replaces the state by what {@link #writeTo} wrote, for the same settings and half-lives. */
  public void readFrom(DataInput in) throws IOException {
    noise.readFrom(in);
    layers.readFrom(in);
    curvature.readFrom(in);
    sharpness.readFrom(in);
    alignment.readFrom(in);
    fluctuations.readFrom(in);
    loss.readFrom(in);
    pace.readFrom(in);
    latest = in.readBoolean() ? StepScalars.readFrom(in) : null;
  }
}
