package io.thermograd.detect.divergence;

/**
 * When a loss and a gradient stand so far above their records that a rise is opened, by time scale
 * of 1, 2, 8, 32 steps and by what the gradient is told by. Chosen on streams whose variance
 * wanders by factors of ten, and whose loss and gradient share it; normal streams stay 3 to 4
 * below. After a raise of the learning rate the records of late count, of some hundred steps: a
 * network that descends soars tenfold before it is where it was a few hundred steps ago.
 */
final class Outburst {
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final double[] WITH_TURN = {NEVER, 6, 7, 10};
  private static final double[] WITH_NORM = {NEVER, 9, 9, 12};
  private static final double[] LOSS_ALONE = {NEVER, NEVER, 7, 10};
  private static final double[] SUSPECT = {4, 4, 5, 8};
  private static final double[] SUSPECT_LOSS_ALONE = {NEVER, 4, 4, 5};

  // A squared norm stands for both, above the whole history: half of what they have to add up to.
  private static final double[] SUSPECT_NORM_AND_TURN = {1.5, 1.5, 2, 3};
  private static final double[] SUSPECT_NORM = {0.75, 0.75, 1, 1.5};

  // Chosen so that of 80 raises by a tenth, which change nothing, 5 are warned of.
  private static final double BEYOND_LASTING = 4;
  private static final double KICK = 3;

  private Outburst() {}

  /**
   * After a raise of the learning rate: at once, a single loss 3 scatters above its record; for 128
   * steps, one 4 times above all that lasted for 8 steps, while the gradient turns and grows.
   */
  static boolean afterRaise(RecordBook loss, Overshoot.Swing swing) {
    double score = loss.scoreOfLate(0);
    if (Double.isNaN(score)) {
      return false;
    }
    return (swing == Overshoot.Swing.RAISED && score > KICK)
        || (swing.compareTo(Overshoot.Swing.GROWS) >= 0
            && loss.above(loss.level(0))
                > BEYOND_LASTING * loss.above(loss.recordOfLate(Rise.ROBUST)));
  }

  /** Of both, whose scores are added. */
  static boolean of(
      RecordBook loss, RecordBook gradient, GradientSignal.Kind kind, boolean suspect) {
    return suspect
        ? ofLate(loss, gradient)
        : both(loss, gradient, kind == GradientSignal.Kind.TURN ? WITH_TURN : WITH_NORM, false);
  }

  /** Of a squared norm in place of a loss, and of its turns, after a raise. */
  static boolean ofNormAndTurn(RecordBook norm, RecordBook gradient) {
    return both(norm, gradient, SUSPECT_NORM_AND_TURN, true);
  }

  private static boolean ofLate(RecordBook loss, RecordBook gradient) {
    for (int s = 0; s < RecordBook.SCALES; s++) {
      if (exceed(loss.scoreOfLate(s), gradient.scoreOfLate(s), SUSPECT[s])) {
        return true;
      }
    }
    return false;
  }

  private static boolean both(
      RecordBook loss, RecordBook gradient, double[] threshold, boolean atOnce) {
    for (int s = 0; s < RecordBook.SCALES; s++) {
      // Two bad batches come in a row once in 10⁵ steps where one in 300 is bad; three do not.
      if (exceed(loss.score(s), gradient.score(s), threshold[s])
          && (atOnce || s != 1 || loss.recent(2) > loss.record(1))) {
        return true;
      }
    }
    return false;
  }

  private static boolean exceed(double a, double b, double threshold) {
    return a > 0 && b > 0 && a + b > threshold;
  }

  /** Of a loss without a gradient. */
  static boolean of(RecordBook loss, boolean suspect) {
    return of(loss, suspect ? SUSPECT_LOSS_ALONE : LOSS_ALONE);
  }

  /** Of a squared norm in place of a loss. */
  static boolean ofNorm(RecordBook norm, boolean suspect) {
    return of(norm, suspect ? SUSPECT_NORM : LOSS_ALONE);
  }

  private static boolean of(RecordBook loss, double[] threshold) {
    for (int s = 0; s < RecordBook.SCALES; s++) {
      // Order statistics of losses with few different values jump from one to the next.
      if (loss.score(s) > threshold[s] && loss.level(s) > loss.record(1)) {
        return true;
      }
    }
    return false;
  }
}
