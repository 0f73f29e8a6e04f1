package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.regime.RegimeState;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.detect.words.Figures;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.Locale;
import java.util.Map;

/**
 * Verdict / Why / Next: one sentence each, with numbers. There is one verdict at a time, that of
 * the regime, or of what outranks a calm regime: a divergence that was not recovered from, and
 * being trapped; the other overlays add to its reasons and, where the regime asks for nothing, say
 * what to do.
 */
final class VerdictWriter {
  private final KnownNumbers known;
  private final DivergenceDetector divergence;
  private final Stationarity stationarity;
  private final Regimes regimes;
  private final LearningRateHistory learningRate;
  private final Advice advice;
  private final UpsetVerdicts upsets;
  private final OverlayWords overlays;

  VerdictWriter(
      Map<String, Quantity> quantities,
      DivergenceDetector divergence,
      Stationarity stationarity,
      Regimes regimes,
      Episode nonFinite,
      LearningRateHistory learningRate) {
    this.known = new KnownNumbers(quantities);
    this.divergence = divergence;
    this.stationarity = stationarity;
    this.regimes = regimes;
    this.learningRate = learningRate;
    this.advice = new Advice(known, learningRate);
    this.upsets = new UpsetVerdicts(divergence, stationarity, regimes, nonFinite, learningRate);
    this.overlays = new OverlayWords(known, stationarity, regimes, learningRate);
  }

  static Verdict withoutLoss() {
    return new Verdict(
        Severity.INFO,
        "The run sends no loss",
        "Gradient statistics are estimated; whether the run makes progress cannot be told.",
        "Set loss in step.");
  }

  Verdict write(RunEstimators estimators) {
    LossWords loss = new LossWords(estimators.loss(), stationarity.standing());
    RegimeState state = regimes.state();
    if (state instanceof RegimeState.Diverging diverging) {
      return upsets.diverging(diverging);
    }
    if (state instanceof RegimeState.Spike spike) {
      return upsets.spike(spike);
    }
    if (state instanceof RegimeState.Transition transition) {
      return overlays.addTo(transition(transition, loss), estimators);
    }
    if (divergence.worse() && !mayRise(state)) {
      return overlays.addTo(notRecovered(loss), estimators);
    }
    return overlays.addTo(
        regimes.trapped() ? trapped(loss) : calm(state, loss, estimators.loss().count()),
        estimators);
  }

  private Verdict calm(RegimeState state, LossWords loss, long count) {
    return state instanceof RegimeState.Descending
        ? descending(loss)
        : state instanceof RegimeState.Plateau plateau
            ? plateau(plateau, loss)
            : state instanceof RegimeState.Stationary stationary
                ? stationary(stationary, loss)
                : state instanceof RegimeState.Undecided undecided
                    ? undecided(undecided, loss)
                    : warmingUp(count);
  }

  private Verdict transition(RegimeState.Transition state, LossWords loss) {
    return new Verdict(
        Severity.INFO,
        format("In another basin since step %,d", state.since()),
        loss.ofLate() + ".",
        "Nothing to do: what was known of the old basin no longer holds.");
  }

  /**
   * Whether the loss may be on its way up, or too new to tell: then the regime's own word counts.
   */
  private static boolean mayRise(RegimeState state) {
    return state instanceof RegimeState.WarmingUp
        || (state instanceof RegimeState.Undecided undecided
            && undecided.reason() == RegimeState.Undecided.Reason.RISING);
  }

  private Verdict notRecovered(LossWords loss) {
    long since = divergence.worseSince();
    return new Verdict(
        Severity.CRITICAL,
        format("Not recovered from the divergence of step %,d", since),
        loss.ofLate()
            + ", against "
            + Figures.of(divergence.betterLevel())
            + " before"
            + learningRate.raisedAround(since)
            + ".",
        Remedies.lowerLearningRate(learningRate, since) + ".");
  }

  private Verdict trapped(LossWords loss) {
    EscapeOutlook outlook = regimes.outlook();
    return new Verdict(
        Severity.WARNING,
        "Trapped: the run will hardly leave its basin within the budget",
        loss.withDrift()
            + (outlook == null
                ? "."
                : format(
                    "; it leaves its basin within the remaining %s with a probability of at most"
                        + " %s.",
                    Figures.steps(outlook.remainingSteps()),
                    Figures.rough(outlook.probabilityUpper()))),
        outlook == null ? "Start anew elsewhere." : Remedies.escape(outlook) + ".");
  }

  private Verdict descending(LossWords loss) {
    return new Verdict(
        Severity.OK,
        descent(),
        loss.withDrift() + advice.noiseAgainstBatch() + ".",
        advice.batch());
  }

  /** A descent is left for something that is found, not for a slope that is lost in its error. */
  private String descent() {
    Standing standing = stationarity.standing();
    double width = LossWords.T * standing.slopeError();
    return standing.window() == 0 || standing.slope() + width < 0
        ? "The loss is falling"
        : standing.slope() - width > 0
            ? "The loss was falling, and has risen of late"
            : "The loss was falling, and shows no trend of late";
  }

  private Verdict plateau(RegimeState.Plateau state, LossWords loss) {
    double ratio = known.value(QuantityName.FLUCTUATION_DISSIPATION_RATIO);
    return new Verdict(
        Severity.WARNING,
        format("On a plateau since step %,d", state.since()),
        loss.withDrift()
            + (Double.isFinite(ratio)
                ? format(
                    "; not at equilibrium (fluctuation–dissipation ratio %s where 1 is expected)",
                    Figures.of(ratio))
                : "")
            + ".",
        advice.plateau());
  }

  private Verdict stationary(RegimeState.Stationary state, LossWords loss) {
    double share = known.value(QuantityName.THERMAL_SHARE);
    NoiseFloor floor = NoiseFloor.of(known, loss.level());
    double ratio = known.value(QuantityName.FLUCTUATION_DISSIPATION_RATIO);
    String energy = known.sized(QuantityName.THERMAL_ENERGY_MEASURED);
    return new Verdict(
        Severity.INFO,
        floor != NoiseFloor.REACHED
            ? format("Flat and in balance since step %,d", state.since())
            : Double.isFinite(share)
                ? "Noise floor reached: " + thermal(share) + " of the excess loss is thermal"
                : format("Noise floor reached at step %,d", state.since()),
        loss.withDrift()
            + (energy == null ? "" : "; fluctuations hold it up by " + energy + " on average")
            + (Double.isFinite(ratio) ? "; fluctuation–dissipation ratio " + Figures.of(ratio) : "")
            + floor.why()
            + ".",
        floor == NoiseFloor.ELSEWHERE
            ? advice.notHeldByNoise(loss.level())
            : floor == NoiseFloor.UNKNOWN ? advice.flat() : advice.noiseFloor());
  }

  /** "92 %", or from where to where it may be when its interval is wider than ±10 %. */
  private String thermal(double share) {
    double low = known.low(QuantityName.THERMAL_SHARE);
    double high = known.high(QuantityName.THERMAL_SHARE);
    return high - low > 0.2
        ? format("%.0f to %.0f %%", 100 * low, 100 * high)
        : format("%.0f %%", 100 * share);
  }

  private Verdict undecided(RegimeState.Undecided state, LossWords loss) {
    return switch (state.reason()) {
      case RISING ->
          new Verdict(
              Severity.INFO,
              stationarity.drift() == Standing.Drift.RISING
                  ? "The loss is rising"
                  : format("The loss rose until step %,d and shows no trend since", state.since()),
              loss.withDrift()
                  + advice.noiseAgainstBatch()
                  + learningRate.raisedAround(state.since())
                  + ".",
              "Wait: a rise beyond all that the run has shown is reported as a divergence.");
      case UNTESTED ->
          new Verdict(
              Severity.INFO,
              "The loss is flat",
              loss.withDrift() + advice.noiseAgainstBatch() + ".",
              advice.flat());
      case NEITHER ->
          new Verdict(
              Severity.INFO,
              "The loss shows no trend within its error",
              loss.withDrift() + advice.noiseAgainstBatch() + ".",
              advice.batch());
    };
  }

  private static Verdict warmingUp(long losses) {
    return new Verdict(
        Severity.INFO,
        "Warming up",
        Figures.steps(losses) + " with a loss so far.",
        "Nothing to do: whether the loss falls or is flat is said as soon as it shows.");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
