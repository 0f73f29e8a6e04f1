package io.thermograd.accuracy.peer;

/**
 * What a rule is shown of a step.
 *
 * @param loss of the mini-batch; may be NaN or infinite
 * @param gradientNorm ‖ḡ‖; NaN where the run does not tell
 * @param validationLoss NaN where this step had no evaluation
 */
public record Sight(double loss, double gradientNorm, double validationLoss) {

  /** Whether loss and gradient are numbers; a gradient norm that is not told counts as one. */
  public boolean isFinite(boolean gradientTold) {
    return Double.isFinite(loss) && (!gradientTold || Double.isFinite(gradientNorm));
  }
}
