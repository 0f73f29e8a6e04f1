package io.thermograd.detect;

import io.thermograd.detect.regime.Catapult;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.detect.words.Figures;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Verdict;
import java.util.Locale;

/**
 * What holds besides the regime, added to the reasons of its verdict, and what to do about it where
 * the regime asks for nothing.
 */
final class OverlayWords {
  private static final String NOTHING = "Nothing to do";

  private final KnownNumbers known;
  private final Stationarity stationarity;
  private final Regimes regimes;
  private final LearningRateHistory learningRate;

  OverlayWords(
      KnownNumbers known,
      Stationarity stationarity,
      Regimes regimes,
      LearningRateHistory learningRate) {
    this.known = known;
    this.stationarity = stationarity;
    this.regimes = regimes;
    this.learningRate = learningRate;
  }

  Verdict addTo(Verdict verdict, RunEstimators estimators) {
    StringBuilder why = new StringBuilder(verdict.why());
    String next = verdict.next();
    if (regimes.atEdge()) {
      double at = estimators.stabilityRatio();
      boolean beyond = at > AlertWriter.BEYOND;
      String ratio = known.sized(QuantityName.STABILITY_RATIO);
      why.append(
              beyond
                  ? " The run is beyond the edge of stability"
                  : " The run hovers at the edge of stability")
          .append(ratio == null ? "." : ": its sharpness is " + ratio + " times the limit.");
      if (beyond && next.startsWith(NOTHING)) {
        next = Remedies.beyondEdge(learningRate, at) + ".";
      }
    }
    if (regimes.catapulted()) {
      Catapult catapult = regimes.catapult();
      why.append(
          format(
              " The rise of step %,d was a catapult: the sharpness fell from %s to %s.",
              catapult.since(), Figures.of(catapult.before()), Figures.of(catapult.after())));
    }
    if (stationarity.overshooting()) {
      why.append(
          format(
              " Steps overshoot: successive gradients correlate by %s.",
              Figures.rough(stationarity.gradientCorrelation())));
      // At the edge they do so of themselves, and training goes on.
      if (next.startsWith(NOTHING) && !regimes.atEdge()) {
        next = Remedies.halve(learningRate) + ".";
      }
    }
    if (stationarity.lossPeriod() > 0) {
      why.append(
          format(" The loss oscillates, every %.0f steps or so.", stationarity.lossPeriod()));
    }
    if (estimators.heavyTailed()) {
      why.append(heavyTails());
    }
    return new Verdict(verdict.severity(), verdict.title(), why.toString(), next);
  }

  /** Which of the two has set the overlay, and what not to believe. */
  private String heavyTails() {
    String index = known.sized(QuantityName.NOISE_TAIL_INDEX);
    String kurtosis = known.sized(QuantityName.NOISE_KURTOSIS);
    String said =
        index != null && known.high(QuantityName.NOISE_TAIL_INDEX) < 4
            ? " (tail index " + index + ")"
            : kurtosis != null ? " (excess kurtosis " + kurtosis + ")" : "";
    return " The noise is heavy-tailed" + said + ": take temperatures with care.";
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
