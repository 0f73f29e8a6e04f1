package io.thermograd.detect;

import io.thermograd.detect.regime.EscapeOutlook;
import java.util.Locale;

/** What to do next, in one sentence without its full stop. */
final class Remedies {
  private Remedies() {}

  static String lowerLearningRate(LearningRateHistory learningRate, long since) {
    String to = target(learningRate, since);
    return String.format(
        Locale.ROOT,
        "Go back to a checkpoint before step %,d and lower the learning rate%s",
        since,
        to);
  }

  static String restart(LearningRateHistory learningRate, long step) {
    return String.format(
        Locale.ROOT,
        "Stop: nothing after step %,d can be used. Restart from a checkpoint before it with a lower"
            + " learning rate%s",
        step,
        target(learningRate, step));
  }

  static String plateau(LearningRateHistory learningRate) {
    return learningRate.now() > 0
        ? String.format(
            Locale.ROOT,
            "Raise the learning rate, for example to %.3g: on a plateau the way is as long in fewer"
                + " steps; or wait, if the plateau is known",
            2 * learningRate.now())
        : "Raise the learning rate, or wait, if the plateau is known";
  }

  static String escape(EscapeOutlook outlook) {
    return outlook.learningRateNeeded() > 0
        ? String.format(
            Locale.ROOT,
            "Raise the learning rate to %.3g, at which it would be left within the budget, or start"
                + " anew elsewhere",
            outlook.learningRateNeeded())
        : "Raise the learning rate for a while, or start anew elsewhere";
  }

  static String halve(LearningRateHistory learningRate) {
    return learningRate.now() > 0
        ? String.format(
            Locale.ROOT,
            "Lower the learning rate to %.3g: the steps then end short of the minimum",
            learningRate.now() / 2)
        : "Halve the learning rate: the steps then end short of the minimum";
  }

  private static String target(LearningRateHistory learningRate, long since) {
    if (learningRate.raisedBetween(since - 200, since + 50)) {
      return String.format(Locale.ROOT, ", at most the %.3g that held", learningRate.before());
    }
    return learningRate.now() > 0
        ? String.format(Locale.ROOT, ", for example %.3g", learningRate.now() / 2)
        : "";
  }
}
