package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GrowthWords;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import java.util.Locale;

/** Puts alerts into words, with the numbers they were decided on. */
final class AlertWriter {
  private static final long SUSPECT_STEPS = 200;

  private final String runId;
  private final int attempt;
  private final DivergenceDetector divergence;
  private final LearningRateHistory learningRate;

  AlertWriter(
      String runId, int attempt, DivergenceDetector divergence, LearningRateHistory learningRate) {
    this.runId = runId;
    this.attempt = attempt;
    this.divergence = divergence;
    this.learningRate = learningRate;
  }

  Alert growth(TrainingStep step) {
    return write(
        step,
        "loss_growth",
        Severity.WARNING,
        "The loss soars beyond anything in its recent history",
        GrowthWords.describe(divergence) + suspect(divergence.since()),
        "Watch the next steps: a catapult returns within some tens of steps, a divergence becomes"
            + " critical. If a checkpoint is due, keep the one before step "
            + divergence.since());
  }

  Alert divergence(TrainingStep step) {
    return write(
        step,
        "divergence",
        Severity.CRITICAL,
        "The loss has left its level and does not come back",
        GrowthWords.describe(divergence) + suspect(divergence.since()),
        Remedies.lowerLearningRate(learningRate, divergence.since()));
  }

  Alert returned(TrainingStep step) {
    return write(
        step,
        "loss_growth",
        Severity.INFO,
        "The loss has returned",
        String.format(
            Locale.ROOT,
            "it rose from step %,d, at most to %.3g, and is back below %.3g",
            divergence.since(),
            divergence.peak(),
            divergence.bound()),
        "Nothing to do");
  }

  Alert settled(TrainingStep step) {
    return write(
        step,
        "loss_growth",
        Severity.INFO,
        "The loss has settled on a higher level",
        String.format(
            Locale.ROOT,
            "it rose from step %,d, from %.3g to %.3g, and has stopped growing",
            divergence.since(),
            divergence.reference(),
            divergence.level()),
        "Decide whether that level is wanted; it is the base from now on");
  }

  Alert nonFinite(TrainingStep step) {
    return write(
        step,
        "non_finite",
        Severity.CRITICAL,
        "Loss or gradient is not finite",
        String.format(Locale.ROOT, "step %,d", step.step())
            + (step.loss() == null ? "" : ", loss " + step.loss())
            + suspect(step.step()),
        Remedies.restart(learningRate, step.step()));
  }

  Alert lostTelemetry(TrainingStep step, long lostEvents) {
    return new Alert(
        runId,
        attempt,
        step.step(),
        step.time(),
        "lost_telemetry",
        Severity.WARNING,
        "Events of this run were lost on their way",
        String.format(
            Locale.ROOT,
            "%,d events dropped or steps missing by step %,d",
            lostEvents,
            step.step()),
        "Check the trainer's connection to the broker, or enlarge the reporter's queue; estimates"
            + " use the steps that came");
  }

  private String suspect(long step) {
    return learningRate.raisedBetween(step - SUSPECT_STEPS, step)
        ? "; " + learningRate.describeChange()
        : "";
  }

  private Alert write(
      TrainingStep step,
      String kind,
      Severity severity,
      String title,
      String evidence,
      String next) {
    return new Alert(
        runId, attempt, step.step(), step.time(), kind, severity, title, evidence, next);
  }
}
