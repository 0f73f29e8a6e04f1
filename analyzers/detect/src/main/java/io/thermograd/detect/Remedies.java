package io.thermograd.detect;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.words.Figures;
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

  /**
   * After an overflow.
   *
   * @param step of it
   * @param soaredAt the step at which the loss began to grow towards it, at most that; what was
   *     saved in between is of no use either
   */
  static String restart(LearningRateHistory learningRate, long step, long soaredAt) {
    String restart =
        String.format(
            Locale.ROOT,
            "Stop, and restart from a checkpoint before step %,d, after which nothing can be used",
            soaredAt);
    return soaredAt < step
        ? restart + ", with a learning rate lowered" + target(learningRate, soaredAt)
        : restart
            + "; where the same data break it again, look at these, else lower the learning rate"
            + target(learningRate, step);
  }

  /**
   * While a loss soars: what there is to do, and once it runs away as after a divergence. All that
   * is said beside it says the same.
   */
  static String rise(DivergenceDetector divergence, LearningRateHistory learningRate) {
    if (divergence.diverging() || divergence.runsAway()) {
      return lowerLearningRate(learningRate, divergence.since());
    }
    return String.format(
        Locale.ROOT,
        divergence.mayLeaveAPlateau()
            ? "Send the loss, and until then keep the checkpoint before step %,d: norms alone do not"
                + " tell a run that diverges from one that leaves a plateau"
            : "Keep the checkpoint before step %,d and wait some tens of steps, or hundreds: a"
                + " catapult returns, a divergence becomes critical",
        divergence.since());
  }

  /** Beyond the edge of stability: the learning rate at which it would be reached. */
  static String beyondEdge(LearningRateHistory learningRate, double ratio) {
    return told(
        learningRate,
        "Lower the learning rate below %s: there the steps along the steepest direction shrink"
            + " again, unless a catapult is wanted",
        Figures.rough(learningRate.now() / ratio),
        "Lower the learning rate, unless a catapult is wanted");
  }

  /** At the edge of stability, which training finds by itself. */
  static String atEdge(LearningRateHistory learningRate) {
    return told(
        learningRate,
        "Nothing to do where the loss falls; a learning rate above %s would not train faster, it"
            + " would overshoot",
        Figures.of(learningRate.now()),
        "Nothing to do where the loss falls; a larger learning rate would not train faster");
  }

  static String plateau(LearningRateHistory learningRate) {
    return told(
        learningRate,
        "Raise the learning rate, for example to %s, with which the same way takes half as many"
            + " steps, or wait, if the plateau is known",
        Figures.of(2 * learningRate.now()),
        "Raise the learning rate, or wait, if the plateau is known");
  }

  static String escape(EscapeOutlook outlook) {
    return outlook.learningRateNeeded() > 0
        ? String.format(
            Locale.ROOT,
            "Raise the learning rate to %s, at which it would be left within the budget, or start"
                + " anew elsewhere",
            Figures.of(outlook.learningRateNeeded()))
        : "Raise the learning rate for a while, or start anew elsewhere";
  }

  static String halve(LearningRateHistory learningRate) {
    return told(
        learningRate,
        "Lower the learning rate to %s: the steps then end short of the minimum",
        Figures.of(learningRate.now() / 2),
        "Halve the learning rate: the steps then end short of the minimum");
  }

  /**
   * A sentence about a learning rate.
   *
   * @param figure that it names, from the present one
   * @param untold where the trainer does not tell its learning rate
   */
  private static String told(
      LearningRateHistory learningRate, String sentence, String figure, String untold) {
    return learningRate.now() > 0 ? String.format(Locale.ROOT, sentence, figure) : untold;
  }

  private static String target(LearningRateHistory learningRate, long since) {
    if (learningRate.raisedBetween(since - 200, since + 50)) {
      return " to at most the " + Figures.of(learningRate.before()) + " that held";
    }
    return learningRate.now() > 0 ? ", for example to " + Figures.of(learningRate.now() / 2) : "";
  }
}
