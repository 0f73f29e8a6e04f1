package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GrowthWords;
import io.thermograd.detect.regime.Catapult;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.regime.RegimeState;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.estimate.LossMoments;
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
  private final Episode nonFinite;
  private final LearningRateHistory learningRate;
  private final Advice advice;

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
    this.nonFinite = nonFinite;
    this.learningRate = learningRate;
    this.advice = new Advice(known, learningRate);
  }

  static Verdict withoutLoss() {
    return new Verdict(
        Severity.INFO,
        "The run sends no loss",
        "Gradient statistics are estimated; whether the run makes progress cannot be told.",
        "Set loss in step.");
  }

  Verdict write(LossMoments loss) {
    RegimeState state = regimes.state();
    if (state instanceof RegimeState.Diverging diverging) {
      return diverging(diverging);
    }
    if (state instanceof RegimeState.Spike spike) {
      return spike(spike);
    }
    if (state instanceof RegimeState.Transition transition) {
      return overlaid(transition(transition, loss));
    }
    if (divergence.worse() && !mayRise(state)) {
      return overlaid(notRecovered(loss));
    }
    if (regimes.trapped()) {
      return overlaid(trapped(loss));
    }
    return overlaid(
        state instanceof RegimeState.Descending
            ? descending(loss)
            : state instanceof RegimeState.Plateau plateau
                ? plateau(plateau, loss)
                : state instanceof RegimeState.Stationary stationary
                    ? stationary(stationary, loss)
                    : state instanceof RegimeState.Undecided undecided
                        ? undecided(undecided, loss)
                        : warmingUp(loss));
  }

  private Verdict diverging(RegimeState.Diverging state) {
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
          format("The loss runs away since step %,d", divergence.since()),
          capitalise(GrowthWords.describe(divergence)) + raised(divergence.since()) + ".",
          Remedies.lowerLearningRate(learningRate, divergence.since()) + ".");
    }
    return new Verdict(
        Severity.INFO,
        format("The divergence of step %,d is over", state.since()),
        format("Loss %.3g.", divergence.last()),
        "Wait some tens of steps for its new level.");
  }

  private Verdict spike(RegimeState.Spike state) {
    Catapult catapult = regimes.catapult();
    if (catapult.lowered()) {
      return new Verdict(
          Severity.INFO,
          format("A catapult since step %,d", state.since()),
          format(
                  "Loss %.3g; the sharpness fell from %.3g to %.3g",
                  divergence.last(), catapult.before(), catapult.after())
              + raised(state.since())
              + ".",
          "Nothing to do: it comes down where the curvature lets the learning rate be stable.");
    }
    if (divergence.growing()) {
      return new Verdict(
          Severity.WARNING,
          format("The loss soars since step %,d", divergence.since()),
          capitalise(GrowthWords.describe(divergence)) + raised(divergence.since()) + ".",
          "Wait some tens of steps: it returns, or is reported as a divergence.");
    }
    return new Verdict(
        Severity.INFO,
        format("The loss has jumped at step %,d", state.since()),
        format("Loss %.3g, against %.3g before", divergence.last(), stationarity.levelBefore())
            + raised(state.since())
            + ".",
        format(
            "Wait some %.0f steps: it returns, or is taken for a new level.",
            Math.max(256, 2 * regimes.settle())));
  }

  private Verdict transition(RegimeState.Transition state, LossMoments loss) {
    return new Verdict(
        Severity.INFO,
        format("In another basin since step %,d", state.since()),
        format("Loss %.3g ± %.2g.", loss.mean(), loss.meanError()),
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

  private Verdict notRecovered(LossMoments loss) {
    long since = divergence.worseSince();
    return new Verdict(
        Severity.CRITICAL,
        format("Not recovered from the divergence of step %,d", since),
        level(loss)
            + format(", against %.3g before", divergence.betterLevel())
            + drift()
            + raised(since)
            + ".",
        Remedies.lowerLearningRate(learningRate, since) + ".");
  }

  private Verdict trapped(LossMoments loss) {
    EscapeOutlook outlook = regimes.outlook();
    return new Verdict(
        Severity.WARNING,
        "Trapped: the run will not leave its basin within the budget",
        format("Loss %.3g ± %.2g", loss.mean(), loss.meanError())
            + (outlook == null
                ? "."
                : format(
                    "; it is left within the remaining %,d steps with a probability of at most"
                        + " %.2g.",
                    outlook.remainingSteps(), outlook.probabilityUpper())),
        outlook == null ? "Start anew elsewhere." : Remedies.escape(outlook) + ".");
  }

  private Verdict descending(LossMoments loss) {
    return new Verdict(
        Severity.OK,
        "The loss is falling",
        level(loss) + drift() + advice.noiseAgainstBatch() + ".",
        advice.batch());
  }

  private Verdict plateau(RegimeState.Plateau state, LossMoments loss) {
    double ratio = known.value(QuantityName.FLUCTUATION_DISSIPATION_RATIO);
    return new Verdict(
        Severity.WARNING,
        format("On a plateau since step %,d", state.since()),
        level(loss)
            + drift()
            + (Double.isFinite(ratio)
                ? format(
                    "; not at equilibrium (fluctuation–dissipation ratio %.2f where 1 is expected)",
                    ratio)
                : "")
            + ".",
        advice.plateau());
  }

  private Verdict stationary(RegimeState.Stationary state, LossMoments loss) {
    double share = known.value(QuantityName.THERMAL_SHARE);
    NoiseFloor floor = NoiseFloor.of(known, loss.mean());
    double ratio = known.value(QuantityName.FLUCTUATION_DISSIPATION_RATIO);
    String energy = known.sized(QuantityName.THERMAL_ENERGY_MEASURED);
    return new Verdict(
        Severity.INFO,
        floor != NoiseFloor.REACHED
            ? format("Flat and in balance since step %,d", state.since())
            : Double.isFinite(share)
                ? format("Noise floor reached: %.0f %% of the excess loss is thermal", 100 * share)
                : format("Noise floor reached at step %,d", state.since()),
        level(loss)
            + (energy == null ? "" : ", of which fluctuations hold up " + energy)
            + drift()
            + (Double.isFinite(ratio) ? format("; fluctuation–dissipation ratio %.2f", ratio) : "")
            + floor.why()
            + ".",
        floor == NoiseFloor.ELSEWHERE
            ? advice.notHeldByNoise(loss.mean())
            : floor == NoiseFloor.UNKNOWN ? advice.flat() : advice.noiseFloor());
  }

  private Verdict undecided(RegimeState.Undecided state, LossMoments loss) {
    return switch (state.reason()) {
      case RISING ->
          new Verdict(
              Severity.INFO,
              "The loss is rising",
              level(loss) + drift() + advice.noiseAgainstBatch() + raised(state.since()) + ".",
              "Wait: a rise beyond all that the run has shown is reported as a divergence.");
      case UNTESTED ->
          new Verdict(
              Severity.INFO,
              "The loss is flat",
              level(loss) + drift() + advice.noiseAgainstBatch() + ".",
              advice.flat());
      case NEITHER ->
          new Verdict(
              Severity.INFO,
              "The loss shows no trend within its error",
              level(loss) + drift() + advice.noiseAgainstBatch() + ".",
              advice.batch());
    };
  }

  private Verdict warmingUp(LossMoments loss) {
    return new Verdict(
        Severity.INFO,
        "Warming up",
        format("%,d steps with a loss so far.", loss.count()),
        "Nothing to do: estimates appear within the first tens of steps.");
  }

  /** Edge of stability and overshooting, added to what the regime says. */
  private Verdict overlaid(Verdict verdict) {
    String why = verdict.why();
    String next = verdict.next();
    if (regimes.atEdge()) {
      String ratio = known.sized(QuantityName.STABILITY_RATIO);
      why += " It hovers at the edge of stability" + (ratio == null ? "." : ", at " + ratio + ".");
    }
    if (regimes.catapulted()) {
      Catapult catapult = regimes.catapult();
      why +=
          format(
              " The rise of step %,d was a catapult: the sharpness fell from %.3g to %.3g.",
              catapult.since(), catapult.before(), catapult.after());
    }
    if (stationarity.overshooting()) {
      why +=
          format(
              " Its steps overshoot: successive gradients correlate by %.2f.",
              stationarity.gradientCorrelation());
      if (next.startsWith("Nothing to do")) {
        next = Remedies.halve(learningRate) + ".";
      }
    }
    if (stationarity.lossPeriod() > 0) {
      why += format(" The loss oscillates, every %.0f steps or so.", stationarity.lossPeriod());
    }
    return new Verdict(verdict.severity(), verdict.title(), why, next);
  }

  private String level(LossMoments loss) {
    return format("Loss %.3g ± %.2g", loss.mean(), loss.meanError());
  }

  private String drift() {
    Standing standing = stationarity.standing();
    if (standing.window() == 0) {
      return "";
    }
    double change = standing.slope() * standing.window();
    return format(
        ", %.2g ± %.2g %s in %,d steps",
        Math.abs(change),
        2.145 * standing.slopeError() * standing.window(),
        change < 0 ? "lower" : "higher",
        standing.window());
  }

  private String raised(long since) {
    return learningRate.raisedBetween(since - 200, since + 50)
        ? "; " + learningRate.describeChange()
        : "";
  }

  private static String capitalise(String sentence) {
    return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
