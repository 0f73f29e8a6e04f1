package io.thermograd.detect;

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

  Alert divergence(TrainingStep step) {
    String evidence =
        String.format(
            Locale.ROOT,
            "median loss of the last steps %.3g, level before step %,d %.3g",
            divergence.level(),
            divergence.since(),
            divergence.reference());
    return write(
        step,
        "divergence",
        "The loss has left its level and does not come back",
        evidence + suspect(divergence.since()),
        Remedies.lowerLearningRate(learningRate, divergence.since()));
  }

  Alert nonFinite(TrainingStep step) {
    return write(
        step,
        "non_finite",
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

  private Alert write(TrainingStep step, String kind, String title, String evidence, String next) {
    return new Alert(
        runId, attempt, step.step(), step.time(), kind, Severity.CRITICAL, title, evidence, next);
  }
}
