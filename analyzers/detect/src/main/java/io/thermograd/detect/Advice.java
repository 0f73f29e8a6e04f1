package io.thermograd.detect;

import static io.thermograd.wire.QuantityName.BATCH_SIZE;
import static io.thermograd.wire.QuantityName.GRADIENT_NOISE_SCALE;
import static io.thermograd.wire.QuantityName.GRADIENT_SQNORM;
import static io.thermograd.wire.QuantityName.LOSS_CHANGE_DOUBLE_BATCH;
import static io.thermograd.wire.QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE;
import static io.thermograd.wire.QuantityName.STABILITY_RATIO;
import static io.thermograd.wire.QuantityName.THERMAL_ENERGY;

import io.thermograd.detect.words.Figures;
import java.util.Locale;

/** One action with the effect that the published quantities predict, as a whole sentence. */
final class Advice {
  /** A learning rate may be doubled when it ends up at most here, of what is stable. */
  private static final double SAFE = 0.45;

  private final KnownNumbers known;
  private final LearningRateHistory learningRate;

  Advice(KnownNumbers known, LearningRateHistory learningRate) {
    this.known = known;
    this.learningRate = learningRate;
  }

  /** At equilibrium: what less noise is worth. */
  String noiseFloor() {
    String half = known.sized(LOSS_CHANGE_HALF_LEARNING_RATE);
    if (half != null && known.value(LOSS_CHANGE_HALF_LEARNING_RATE) < 0) {
      return "Halving the learning rate is predicted to lower the loss by " + half + ".";
    }
    String twice = known.sized(LOSS_CHANGE_DOUBLE_BATCH);
    if (twice != null && known.value(LOSS_CHANGE_DOUBLE_BATCH) < 0) {
      return "Doubling the batch is predicted to lower the loss by " + twice + ".";
    }
    double energy = known.value(THERMAL_ENERGY);
    return Double.isFinite(energy)
        ? format(
            "Halving the learning rate lowers the loss by about %s to leading order, half of the"
                + " thermal energy; if that is not worth it, stop: this minimum gives no more.",
            Figures.rough(energy / 2))
        : "Halve the learning rate, or stop: at these settings the loss goes no lower.";
  }

  /** In balance, at a level that fluctuations have next to no part in. */
  String notHeldByNoise(double loss) {
    return format(
        "Less noise would take off at most %s of a loss of %s; if it can be lower, raise the"
            + " learning rate or start elsewhere.",
        Figures.rough(NoiseFloor.energy(known)), Figures.of(loss));
  }

  /** Flat, and nobody can tell why. */
  String flat() {
    double energy = known.value(THERMAL_ENERGY);
    return Double.isFinite(energy)
        ? format(
            "If this is the noise floor, halving the learning rate lowers the loss by about %s; if"
                + " nothing happens within some thousand steps, it is a plateau.",
            Figures.rough(energy / 2))
        : batch();
  }

  /** On a plateau: what the gradient is worth, and what a larger step makes of it. */
  String plateau() {
    double signal = known.value(GRADIENT_SQNORM);
    double low = known.low(GRADIENT_SQNORM);
    double rate = learningRate.now();
    double ratio = known.high(STABILITY_RATIO);
    if (rate > 0 && low > 0) {
      String pace =
          format(
              "at a squared gradient of %s and a learning rate of %s, steps take off %s each",
              Figures.rough(signal), Figures.of(rate), Figures.rough(rate * signal));
      return ratio > SAFE
          ? format(
              "Wait, or start elsewhere: %s, and the learning rate is at %.2f of what is stable.",
              pace, ratio)
          : format("Double the learning rate, which doubles the pace: %s.", pace);
    }
    return Remedies.plateau(learningRate) + ".";
  }

  String noiseAgainstBatch() {
    double batch = known.value(BATCH_SIZE);
    double scale = known.value(GRADIENT_NOISE_SCALE);
    double low = known.low(GRADIENT_NOISE_SCALE);
    if (!(batch > 0)) {
      return "";
    }
    return Double.isFinite(scale)
        ? format("; noise scale %s at batch size %.0f", Figures.of(scale), batch)
        : Double.isFinite(low)
            ? format("; noise scale above %s at batch size %.0f", Figures.of(low), batch)
            : "";
  }

  String batch() {
    double size = known.value(BATCH_SIZE);
    double low = known.low(GRADIENT_NOISE_SCALE);
    double high = known.high(GRADIENT_NOISE_SCALE);
    if (!(size > 0) || (Double.isNaN(low) && Double.isNaN(high))) {
      return "Nothing to do.";
    }
    if (high < size / 2) {
      return format(
          "Nothing to do; a batch of %.0f would reach the same loss with fewer examples.",
          Math.max(1, high));
    }
    return low > 4 * size
        ? format(
            "Nothing to do; up to a batch of about %s, more parallel examples still shorten the"
                + " training.",
            Figures.rough(low))
        : matches(size)
            ? "Nothing to do: batch size and noise scale match."
            : "Nothing to do: whether another batch size would pay is not known yet.";
  }

  private boolean matches(double size) {
    double scale = known.value(GRADIENT_NOISE_SCALE);
    return scale >= size / 2 && scale <= 4 * size;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
