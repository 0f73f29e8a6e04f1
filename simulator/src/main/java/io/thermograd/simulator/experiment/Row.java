package io.thermograd.simulator.experiment;

/**
 * One comparison.
 *
 * @param what is compared, with its setting, for example "Var x, heavy ball 0.9, ηκ = 0.8"
 * @param predicted by theory; NaN where the row has only a measurement
 * @param measured by simulation
 * @param requirement what the measurement has to satisfy
 */
public record Row(String what, double predicted, Measured measured, Requirement requirement) {

  /** Outcome of a row. */
  public enum Verdict {
    PASS,
    FAIL,
    /** Nothing is required: shown for comparison, such as a formula known to be wrong. */
    SHOWN
  }

  /** Measured over predicted. */
  public double ratio() {
    return measured.value() / predicted;
  }

  public Verdict verdict() {
    if (requirement instanceof Requirement.None) {
      return Verdict.SHOWN;
    }
    return requirement.holds(predicted, measured) ? Verdict.PASS : Verdict.FAIL;
  }
}
