package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GrowthWords;
import io.thermograd.estimate.LossMoments;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verdict / Why / Next: one sentence each, with numbers. */
final class VerdictWriter {
  private final Map<String, Quantity> known;
  private final DivergenceDetector divergence;
  private final Episode nonFinite;
  private final LearningRateHistory learningRate;

  VerdictWriter(
      Map<String, Quantity> known,
      DivergenceDetector divergence,
      Episode nonFinite,
      LearningRateHistory learningRate) {
    this.known = known;
    this.divergence = divergence;
    this.nonFinite = nonFinite;
    this.learningRate = learningRate;
  }

  static Verdict withoutLoss() {
    return new Verdict(
        Severity.INFO,
        "The run sends no loss",
        "Gradient statistics are estimated; whether the run makes progress cannot be told.",
        "Set loss in step.");
  }

  Verdict write(Optional<Regime> regime, Trend trend, LossMoments loss) {
    if (nonFinite.open()) {
      return new Verdict(
          Severity.CRITICAL,
          format("Not finite since step %,d", nonFinite.openedAt()),
          "Loss or gradient overflowed" + raised(nonFinite.openedAt()) + ".",
          Remedies.restart(learningRate, nonFinite.openedAt()) + ".");
    }
    if (divergence.diverging()) {
      return new Verdict(
          Severity.CRITICAL,
          format("Diverging since step %,d", divergence.since()),
          format("Loss %.3g, against %.3g before", divergence.level(), divergence.reference())
              + raised(divergence.since())
              + ".",
          Remedies.lowerLearningRate(learningRate, divergence.since()) + ".");
    }
    if (divergence.growing()) {
      return new Verdict(
          Severity.WARNING,
          format("The loss soars since step %,d", divergence.since()),
          capitalise(GrowthWords.describe(divergence)) + raised(divergence.since()) + ".",
          "Wait some tens of steps: it returns, or is reported as a divergence.");
    }
    if (regime.isPresent() && regime.get() == Regime.WARMING_UP) {
      return new Verdict(
          Severity.INFO,
          "Warming up",
          format("%,d steps with a loss so far.", loss.count()),
          "Nothing to do: estimates appear within the first tens of steps.");
    }
    return switch (trend) {
      case FALLING -> descending(loss);
      case FLAT -> flat(loss);
      case RISING -> rising(loss);
    };
  }

  private Verdict descending(LossMoments loss) {
    return new Verdict(
        Severity.OK,
        "The loss is falling",
        format(
                "Loss %.3g ± %.2g, %.2g lower than its slower average",
                loss.mean(), loss.meanError(), loss.decrease())
            + noiseAgainstBatch()
            + ".",
        batchAdvice());
  }

  private Verdict rising(LossMoments loss) {
    return new Verdict(
        Severity.INFO,
        "The loss is rising",
        format(
                "Loss %.3g ± %.2g, %.2g higher than its slower average",
                loss.mean(), loss.meanError(), -loss.decrease())
            + noiseAgainstBatch()
            + ".",
        "Wait: a rise beyond all that the run has shown is reported as a divergence.");
  }

  private Verdict flat(LossMoments loss) {
    Quantity energy = known.get(QuantityName.THERMAL_ENERGY.id());
    String thermal =
        energy == null || energy.value() == null
            ? ""
            : format(
                "; noise alone would hold %.2g of it up at equilibrium (thermal energy)",
                energy.value());
    return new Verdict(
        Severity.INFO,
        "The loss is flat within its error",
        format("Loss %.3g ± %.2g", loss.mean(), loss.meanError())
            + thermal
            + noiseAgainstBatch()
            + ".",
        thermal.isEmpty()
            ? batchAdvice()
            : format(
                "If this is the noise floor, halving the learning rate lowers the loss by about"
                    + " %.2g; if nothing happens within some thousand steps, it is a plateau.",
                value(energy) / 2));
  }

  private String noiseAgainstBatch() {
    Quantity scale = known.get(QuantityName.GRADIENT_NOISE_SCALE.id());
    Quantity batch = known.get(QuantityName.BATCH_SIZE.id());
    if (scale == null || batch == null) {
      return "";
    }
    Double lower = scale.low();
    return scale.value() != null
        ? format("; noise scale %.3g at batch size %.0f", scale.value(), value(batch))
        : lower == null
            ? ""
            : format("; noise scale above %.3g at batch size %.0f", lower, value(batch));
  }

  private String batchAdvice() {
    Quantity scale = known.get(QuantityName.GRADIENT_NOISE_SCALE.id());
    Quantity batch = known.get(QuantityName.BATCH_SIZE.id());
    if (scale == null || batch == null || value(batch) <= 0) {
      return "Nothing to do.";
    }
    double size = value(batch);
    Double high = scale.high();
    Double low = scale.low();
    if (high != null && high < size / 2) {
      return format(
          "Nothing to do; a batch of %.0f would reach the same loss with fewer examples.",
          Math.max(1, high));
    }
    if (low != null && low > 4 * size) {
      return format(
          "Nothing to do; up to a batch of about %.2g, more parallel examples still shorten the"
              + " training.",
          low);
    }
    return "Nothing to do: batch size and noise scale match.";
  }

  private String raised(long since) {
    return learningRate.raisedBetween(since - 200, since + 50)
        ? "; " + learningRate.describeChange()
        : "";
  }

  private static String capitalise(String sentence) {
    return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static double value(@Nullable Quantity q) {
    return q == null || q.value() == null ? Double.NaN : q.value();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
