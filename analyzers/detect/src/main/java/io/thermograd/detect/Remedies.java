package io.thermograd.detect;

import java.util.Locale;

/** What to do next, in one sentence. */
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

  private static String target(LearningRateHistory learningRate, long since) {
    if (learningRate.raisedBetween(since - 200, since + 50)) {
      return String.format(Locale.ROOT, ", at most the %.3g that held", learningRate.before());
    }
    return learningRate.now() > 0
        ? String.format(Locale.ROOT, ", for example %.3g", learningRate.now() / 2)
        : "";
  }
}
