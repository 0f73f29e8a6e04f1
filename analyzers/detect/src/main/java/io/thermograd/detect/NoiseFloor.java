package io.thermograd.detect;

import static io.thermograd.wire.QuantityName.THERMAL_ENERGY;
import static io.thermograd.wire.QuantityName.THERMAL_ENERGY_MEASURED;

/**
 * Whether noise is what keeps a flat loss from falling, once fluctuation and dissipation balance.
 *
 * <p>Balance alone does not tell: at a saddle whose way out is still smaller than the fluctuations
 * the stream has the same law as at a minimum. What can be known is what the noise holds up: the
 * thermal energy ({@code thermal_energy}, or as it is measured, the larger). It is a floor where
 * that may be more than a hundredth of the loss, the same hundredth within which a loss counts as
 * flat; elsewhere lowering the noise could not be seen in the loss. O(1).
 */
enum NoiseFloor {
  /** Noise holds up a part of the loss that can be seen. */
  REACHED(""),
  /** It does not: a minimum, or a saddle. */
  ELSEWHERE(
      "; noise holds up less than 1 % of the loss, so this is a minimum of it, or a saddle that the"
          + " run has not left yet: nothing sent tells which"),
  /** The thermal energy is not known. */
  UNKNOWN("; how much of the loss noise holds up is not known");

  private static final double SEEN = 0.01;

  private final String why;

  NoiseFloor(String why) {
    this.why = why;
  }

  static NoiseFloor of(KnownNumbers known, double loss) {
    double energy = energy(known);
    return Double.isNaN(energy) ? UNKNOWN : energy < SEEN * Math.abs(loss) ? ELSEWHERE : REACHED;
  }

  /** The most that noise may hold up, loss: the upper end of the interval; NaN while unknown. */
  static double energy(KnownNumbers known) {
    double formula = known.high(THERMAL_ENERGY);
    double measured = known.high(THERMAL_ENERGY_MEASURED);
    return Double.isNaN(formula)
        ? measured
        : Double.isNaN(measured) ? formula : Math.max(formula, measured);
  }

  /** To be added to the reasons. */
  String why() {
    return why;
  }
}
