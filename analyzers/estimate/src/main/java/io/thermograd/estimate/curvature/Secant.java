package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.Contrasts;
import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Mean curvature along the updates, ρ = tr(HC)/tr C with C = EW(DDᵀ), loss/param², from the secants
 * of successive steps (D_t = θ_{t+1} − θ_t): ρ̂ = EW(N)/EW(‖D‖²), N_t = ⟨D_t, ḡ_{t+1} − ḡ_t⟩ −
 * tr(PΣ̂_B).
 *
 * <p>D_t follows its own gradient's noise ξ_t, so that −⟨D_t, ξ_t⟩ has the mean tr(PΣ_B), P =
 * −∂D/∂ḡ, which is larger than what is wanted by 1/(ηρ); it is taken off as the step's own
 * contrasts in the same sketch show it. P = η for SGD and the heavy ball, whose older gradients'
 * noise is not ξ_t, η(1+β) for Nesterov; others send tr(PΣ̂_b). Σ_B = Σ̂/B for distinct examples as
 * well: two batches of an epoch share none, and E⟨ξ_t, ξ_{t+1}⟩ = −tr Σ/(n−1) makes up for what the
 * factor (n−B)/(n−1) takes away; only between epochs does it not, which leaves 1 − (B/n)².
 *
 * <p>O(mk) a step. One owner thread. Source: design QUANTITIES.md 4.
 */
public final class Secant {
  private static final int LANES = SketchMath.LANES;
  private static final int NEEDED = 50;

  /** Steps whose mean is one sample for the interval. */
  private static final int BLOCK = 16;

  /** Half-lives of the noise estimates that the curvature remembers. */
  private static final double MEMORY = 4;

  private static final String METHOD = "secant";
  private static final String UNKNOWN_OPTIMIZER =
      "how the update follows its gradient is unknown: send update_noise, or optimizer, momentum"
          + " and learning_rate of SGD, heavy ball or Nesterov";

  private final RunSettings settings;
  private final SketchMath math = new SketchMath();
  private final ForgettingMean means;
  private final ForgettingMean errors;
  private final LaneSpread sketch;
  private final float decay;
  private final Updates updates;
  private float[][] gradient = new float[0][];
  private final float[] correction = new float[LANES];
  private boolean corrected;
  private final float[] after = new float[LANES];
  private final float[] before = new float[LANES];
  private final float[] squares = new float[LANES];
  private final float[] lanes = new float[LANES];
  private final float[] secants = new float[LANES];
  private final float[] noises = new float[LANES];
  private final float[] last = new float[LANES];
  private boolean followed;
  private int inBlock;
  private double blockNoise;
  private double blockSquare;
  private float[] now = new float[0];

  /**
   * @param halfLife of the noise estimates, steps
   */
  public Secant(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.means = new ForgettingMean(2, MEMORY * halfLife, Dependence.INDEPENDENT);
    this.errors = new ForgettingMean(2, MEMORY * halfLife / BLOCK, Dependence.INDEPENDENT);
    this.sketch = new LaneSpread(MEMORY * halfLife);
    this.decay = (float) HalfLife.decay(MEMORY * halfLife);
    this.updates = new Updates(settings);
  }

  /** Adds a step with at least two micro-batches. */
  public void accept(TrainingStep step, Contrasts contrasts) {
    now = contrasts.mean();
    boolean known = updates.accept(step, now);
    boolean added = known && corrected && gradient.length == 1;
    if (added) {
      add();
    }
    followed = added;
    updates.foretell(step, now);
    corrected = correct(step, contrasts);
    if (gradient.length == 0 || gradient[0].length != now.length) {
      gradient = new float[1][now.length];
    }
    System.arraycopy(now, 0, gradient[0], 0, now.length);
  }

  /**
   * The noise of one gradient is in two successive N, with opposite signs and nearly cancelling
   * where there is momentum: ⟨βD_{t−1} − D_t, ḡ_t⟩ − tr, β the forgetting, collects it. With
   * momentum even that cancels in part over the next steps, so that the interval rests on means of
   * blocks, of which only neighbours share anything.
   */
  private void add() {
    float[] update = updates.update();
    math.lanes(update, now, after);
    math.lanes(update, gradient[0], before);
    math.lanes(update, update, squares);
    double n = 0;
    double noise = 0;
    double q = 0;
    for (int l = 0; l < LANES; l++) {
      secants[l] = after[l] - before[l] - correction[l];
      noises[l] = decay * last[l] - before[l] - correction[l];
      n += secants[l];
      noise += noises[l];
      q += squares[l];
    }
    if (means.accept(n, q)) {
      if (followed) {
        sketch.accept(secants, noises, squares);
        addToBlock(noise, q);
      } else {
        inBlock = 0;
      }
    }
    System.arraycopy(after, 0, last, 0, LANES);
  }

  private void addToBlock(double noise, double square) {
    if (inBlock == 0) {
      blockNoise = 0;
      blockSquare = 0;
    }
    blockNoise += noise / BLOCK;
    blockSquare += square / BLOCK;
    if (++inBlock == BLOCK) {
      errors.accept(blockNoise, blockSquare);
      inBlock = 0;
    }
  }

  private boolean correct(TrainingStep step, Contrasts contrasts) {
    Arrays.fill(correction, 0);
    Double noise = step.motion().updateNoise();
    double gain = gain(step);
    int m = step.microBatches();
    if (Double.isNaN(gain)) {
      if (noise == null) {
        return false;
      }
      Arrays.fill(correction, (float) (noise * distinct(step) / m / LANES));
      return true;
    }
    float factor = (float) (gain * distinct(step) / batch(step) / (m - 1));
    for (float[] row : contrasts.rows()) {
      math.lanes(row, row, lanes);
      for (int l = 0; l < LANES; l++) {
        correction[l] += factor * lanes[l];
      }
    }
    return true;
  }

  /** P of an optimizer for which it is a number; NaN of another. */
  private double gain(TrainingStep step) {
    Double eta = step.learningRate();
    Optimizer optimizer = settings.optimizer();
    if (eta == null) {
      return Double.NaN;
    }
    return switch (optimizer) {
      case SGD, MOMENTUM -> eta;
      case NESTEROV ->
          settings.momentum().isPresent()
              ? eta * (1 + settings.momentum().getAsDouble())
              : Double.NaN;
      default -> Double.NaN;
    };
  }

  private double distinct(TrainingStep step) {
    if (settings.datasetSize().isEmpty()) {
      return 1;
    }
    double share = Math.min(1, batch(step) / settings.datasetSize().getAsLong());
    return 1 - share * share;
  }

  static double batch(TrainingStep step) {
    if (step.batchSize() > 0) {
      return step.batchSize();
    }
    double sum = 0;
    for (int b : step.examples()) {
      sum += b;
    }
    return sum;
  }

  /** EW(‖D‖²) in the sketch; NaN before the second step. */
  public double updateSqnorm() {
    return means.mean(1);
  }

  /** Publishes ρ, or says what is missing. */
  public void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.CURVATURE_RAYLEIGH,
          gradient.length == 1 && !corrected
              ? UNKNOWN_OPTIMIZER
              : WarmUp.reason(
                  means.count(),
                  NEEDED,
                  "pairs of successive steps with at least 2 micro-batches and param_sketch"));
      return;
    }
    double value = means.mean(0) / means.mean(1);
    double variance =
        errors.meanVariance(1, -value) + (settings.sketchDim() == 0 ? 0 : sketch.variance(value));
    double error = StudentT.quantile975(errors.degrees()) * Math.sqrt(variance) / means.mean(1);
    out.put(QuantityName.CURVATURE_RAYLEIGH, value, value - error, value + error, METHOD);
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
    errors.writeTo(out);
    sketch.writeTo(out);
    StateArrays.write(out, last, 0, LANES);
    out.writeBoolean(followed);
    out.writeInt(inBlock);
    out.writeDouble(blockNoise);
    out.writeDouble(blockSquare);
    updates.writeTo(out);
    StateArrays.write(out, gradient);
    StateArrays.write(out, correction, 0, LANES);
    out.writeBoolean(corrected);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
    errors.readFrom(in);
    sketch.readFrom(in);
    StateArrays.read(in, last, 0, LANES);
    followed = in.readBoolean();
    inBlock = in.readInt();
    blockNoise = in.readDouble();
    blockSquare = in.readDouble();
    updates.readFrom(in);
    gradient = StateArrays.readRows(in);
    StateArrays.read(in, correction, 0, LANES);
    corrected = in.readBoolean();
  }
}
