package io.thermograd.detect.divergence;

/**
 * When a loss and a gradient stand so far above their records that a rise is opened, by time scale
 * of 1, 2, 8, 32 steps and by what the gradient is told by. Chosen on streams whose variance
 * wanders by factors of ten, and whose loss and gradient share it; normal streams stay 3 to 4
 * below.
 */
final class Outburst {
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final double[] WITH_TURN = {NEVER, 6, 7, 10};
  private static final double[] WITH_NORM = {NEVER, 9, 9, 12};
  private static final double[] LOSS_ALONE = {NEVER, NEVER, 7, 10};
  private static final double[] SUSPECT = {1.5, 1.5, 2, 3};
  private static final double[] SUSPECT_LOSS_ALONE = {NEVER, 4, 4, 5};

  private Outburst() {}

  /** Of both, whose scores are added. */
  static boolean of(
      RecordBook loss, RecordBook gradient, GradientSignal.Kind kind, boolean suspect) {
    double[] threshold =
        suspect ? SUSPECT : kind == GradientSignal.Kind.TURN ? WITH_TURN : WITH_NORM;
    for (int s = 0; s < RecordBook.SCALES; s++) {
      double a = loss.score(s);
      double b = gradient.score(s);
      if (a > 0 && b > 0 && a + b > threshold[s]) {
        return true;
      }
    }
    return false;
  }

  /** Of a loss without a gradient. */
  static boolean of(RecordBook loss, boolean suspect) {
    double[] threshold = suspect ? SUSPECT_LOSS_ALONE : LOSS_ALONE;
    for (int s = 0; s < RecordBook.SCALES; s++) {
      // Order statistics of losses with few different values jump from one to the next.
      if (loss.score(s) > threshold[s] && loss.level(s) > loss.record(1)) {
        return true;
      }
    }
    return false;
  }
}
