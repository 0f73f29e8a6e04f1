package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.Contrasts;
import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
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

  /** Half-lives of the noise estimates that the curvature remembers. */
  private static final double MEMORY = 4;

  private static final String METHOD = "secant";
  private static final String UNKNOWN_OPTIMIZER =
      "how the update follows its gradient is unknown: send update_noise, or optimizer, momentum"
          + " and learning_rate of SGD, heavy ball or Nesterov";

  private final RunSettings settings;
  private final SketchMath math = new SketchMath();
  private final ForgettingMean means;
  private final Updates updates;
  private float[][] gradient = new float[0][];
  private final float[] correction = new float[LANES];
  private boolean corrected;
  private final float[] after = new float[LANES];
  private final float[] before = new float[LANES];
  private final float[] squares = new float[LANES];
  private final float[] lanes = new float[LANES];

  Secant(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.means = new ForgettingMean(2, MEMORY * halfLife, Dependence.INDEPENDENT);
    this.updates = new Updates(settings);
  }

  void accept(TrainingStep step, Contrasts contrasts) {
    float[] now = contrasts.mean();
    boolean known = updates.accept(step, now);
    if (known && corrected && gradient.length == 1) {
      math.lanes(updates.update(), now, after);
      math.lanes(updates.update(), gradient[0], before);
      math.lanes(updates.update(), updates.update(), squares);
      double n = 0;
      double q = 0;
      for (int l = 0; l < LANES; l++) {
        n += after[l] - before[l] - correction[l];
        q += squares[l];
      }
      means.accept(n, q);
    }
    updates.foretell(step, now);
    corrected = correct(step, contrasts);
    if (gradient.length == 0 || gradient[0].length != now.length) {
      gradient = new float[1][now.length];
    }
    System.arraycopy(now, 0, gradient[0], 0, now.length);
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

  private static double batch(TrainingStep step) {
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

  void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.CURVATURE_RAYLEIGH,
          gradient.length == 1 && !corrected
              ? UNKNOWN_OPTIMIZER
              : "warming up: "
                  + means.count()
                  + " of "
                  + NEEDED
                  + " pairs of successive steps with at least 2 micro-batches and param_sketch");
      return;
    }
    double value = means.mean(0) / means.mean(1);
    double error =
        StudentT.quantile975(means.degrees())
            * Math.sqrt(means.meanVariance(1, -value))
            / means.mean(1);
    out.put(QuantityName.CURVATURE_RAYLEIGH, value, value - error, value + error, METHOD);
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
    updates.writeTo(out);
    StateArrays.write(out, gradient);
    StateArrays.write(out, correction, 0, LANES);
    out.writeBoolean(corrected);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
    updates.readFrom(in);
    gradient = StateArrays.readRows(in);
    StateArrays.read(in, correction, 0, LANES);
    corrected = in.readBoolean();
  }
}
