package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GrowthWords;
import io.thermograd.detect.divergence.Subject;
import io.thermograd.detect.regime.Catapult;
import io.thermograd.detect.regime.RegimeState;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.detect.words.Figures;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.Locale;

/** The verdicts of a loss that has left its level: a spike, or a divergence. */
final class UpsetVerdicts {
  private final DivergenceDetector divergence;
  private final Stationarity stationarity;
  private final Regimes regimes;
  private final Episode nonFinite;
  private final LearningRateHistory learningRate;

  UpsetVerdicts(
      DivergenceDetector divergence,
      Stationarity stationarity,
      Regimes regimes,
      Episode nonFinite,
      LearningRateHistory learningRate) {
    this.divergence = divergence;
    this.stationarity = stationarity;
    this.regimes = regimes;
    this.nonFinite = nonFinite;
    this.learningRate = learningRate;
  }

  Verdict diverging(RegimeState.Diverging state) {
    if (nonFinite.open()) {
      long overflow = nonFinite.openedAt();
      long soaredAt = Math.min(overflow, divergence.soarsSince().orElse(overflow));
      return new Verdict(
          Severity.CRITICAL,
          format("Not finite since step %,d", overflow),
          "Loss or gradient is not a finite number"
              + (soaredAt < overflow
                  ? format("; the %s soars since step %,d", divergence.subject().words(), soaredAt)
                  : "")
              + learningRate.raisedAround(soaredAt)
              + ".",
          Remedies.restart(learningRate, overflow, soaredAt) + ".");
    }
    if (divergence.diverging()) {
      return since(
          Severity.CRITICAL,
          "Diverging since step %,d",
          divergence.since(),
          format(
              "The latest %s about %s, against %s before",
              divergence.subject() == Subject.LOSS
                  ? "losses are"
                  : divergence.subject().words() + "s are",
              shown(divergence.level()),
              shown(divergence.reference())),
          Remedies.lowerLearningRate(learningRate, divergence.since()) + ".");
    }
    if (divergence.growing()) {
      return since(
          Severity.WARNING,
          "The " + divergence.subject().words() + " runs away since step %,d",
          divergence.since(),
          capitalise(GrowthWords.describe(divergence)),
          Remedies.lowerLearningRate(learningRate, divergence.since()) + ".");
    }
    return new Verdict(
        Severity.INFO,
        format("The divergence of step %,d is over", state.since()),
        capitalise(divergence.subject().words()) + " " + shown(divergence.last()) + ".",
        "Wait some tens of steps for its new level.");
  }

  Verdict spike(RegimeState.Spike state) {
    Catapult catapult = regimes.catapult();
    if (catapult.lowered()) {
      return since(
          Severity.INFO,
          "A catapult since step %,d",
          state.since(),
          format(
              "%s %s; the sharpness fell from %s to %s",
              capitalise(divergence.subject().words()),
              shown(divergence.last()),
              Figures.of(catapult.before()),
              Figures.of(catapult.after())),
          "Nothing to do: it comes down where the curvature lets the learning rate be stable.");
    }
    if (divergence.growing()) {
      return since(
          Severity.WARNING,
          "The " + divergence.subject().words() + " soars since step %,d",
          divergence.since(),
          capitalise(GrowthWords.describe(divergence)),
          divergence.mayLeaveAPlateau()
              ? "Send the loss: norms alone do not tell a divergence from a plateau that is left."
              : "Wait some tens of steps, or hundreds: it returns, or is reported as a divergence.");
    }
    return since(
        Severity.INFO,
        "The loss has jumped at step %,d",
        state.since(),
        format(
            "Loss %s, against %s before",
            Figures.of(divergence.last()), Figures.of(stationarity.levelBefore())),
        format(
            "Wait some %,.0f steps: it returns, or is taken for a new level.",
            Math.max(256, 2 * regimes.settle())));
  }

  /**
   * What has gone on since a step, with a change of the learning rate around it among the reasons.
   *
   * @param title with a place for the step
   */
  private Verdict since(Severity severity, String title, long step, String why, String next) {
    return new Verdict(
        severity, format(title, step), why + learningRate.raisedAround(step) + ".", next);
  }

  private String shown(double followed) {
    return Figures.of(divergence.subject().shown(followed));
  }

  private static String capitalise(String sentence) {
    return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
