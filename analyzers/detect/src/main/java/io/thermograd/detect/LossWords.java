package io.thermograd.detect;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.words.Figures;
import io.thermograd.estimate.LossMoments;

/**
 * Where the loss stands, in words: its mean over the window of the drift, so that both are of the
 * same steps, and the smoothed loss where there is none that tells. The smoothed loss alone
 * remembers for hundreds of steps what came before.
 */
final class LossWords {
  /** Student's t of 14 degrees of freedom: 95 % of a line through 16 batches. */
  static final double T = 2.145;

  private final LossMoments smoothed;
  private final Standing standing;

  LossWords(LossMoments smoothed, Standing standing) {
    this.smoothed = smoothed;
    this.standing = standing;
  }

  /** Mean loss of late. */
  double level() {
    return windowed() ? standing.level() : smoothed.mean();
  }

  /** "Loss 1.23 ± 0.01". */
  String ofLate() {
    return "Loss " + Figures.measured(smoothed.mean(), smoothed.meanError(), 2);
  }

  /** "Loss 1.23 ± 0.01 over the last 32 steps, falling by 0.33 ± 0.11". */
  String withDrift() {
    if (!windowed()) {
      return ofLate();
    }
    double window = standing.window();
    return "Loss "
        + Figures.measured(standing.level(), error(), 2)
        + " over the last "
        + Figures.steps(window)
        + drift(standing.slope() * window, T * standing.slopeError() * window);
  }

  private String drift(double change, double width) {
    if (width > Math.max(Math.abs(change), Math.abs(standing.level()))) {
      return ""; // an interval from far below nothing to twice the loss says nothing
    }
    return Math.abs(change) > width
        ? (change < 0 ? ", falling by " : ", rising by ")
            + Figures.measured(Math.abs(change), width, 2)
        : ", changing by " + Figures.measured(change, width, 2);
  }

  /** Of a window that a fall of the loss bends, the mean is of what was, not of what is. */
  private boolean windowed() {
    return standing.window() > 0 && error() <= Math.abs(standing.level()) / 2;
  }

  /** Of the mean of what the slope's line is through: sd(slope)·window/√12. */
  private double error() {
    return T * standing.slopeError() * standing.window() / Math.sqrt(12);
  }
}
