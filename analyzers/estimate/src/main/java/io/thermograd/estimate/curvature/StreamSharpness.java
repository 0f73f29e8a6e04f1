package io.thermograd.estimate.curvature;

import org.jspecify.annotations.Nullable;

/**
 * λ_max of the Hessian from the stream alone, or why it is not known.
 *
 * @param value λ_max, loss/param²; NaN when absent
 * @param logError standard error of its logarithm as that of one step: sampling, sketch, and what
 *     λ_max fluctuates by; NaN when absent
 * @param direction unit vector in sketch space along which it was found; empty when absent
 * @param absent the reason when there is no value, else null
 */
public record StreamSharpness(
    double value, double logError, float[] direction, @Nullable String absent) {

  /** None, for a reason of one line. */
  static StreamSharpness absent(String reason) {
    return new StreamSharpness(Double.NaN, Double.NaN, new float[0], reason);
  }

  /** The same with more of a standard error. */
  StreamSharpness withError(double more) {
    return present()
        ? new StreamSharpness(value, Math.hypot(logError, more), direction, null)
        : this;
  }

  /** Whether there is a value. */
  public boolean present() {
    return absent == null;
  }
}
