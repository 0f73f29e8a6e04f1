package io.thermograd.detect;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;

/**
 * How much of the loss that is still to be had is held up by noise: E/(E + F), E the measured
 * thermal energy, F what one more window of the present drift takes off. With F's interval and E's,
 * the share's is from E_low/(E_low + F_high) to E_high/(E_high + F_low). Only on a flat stretch in
 * equilibrium: elsewhere more is still to be had than a window's drift.
 */
final class ThermalShare {
  private static final double INTERVAL = 2.145; // Student, 14 degrees
  private static final String METHOD = "virial_and_drift";

  private ThermalShare() {}

  static void describe(QuantityList out, Standing standing) {
    Quantity energy = out.quantities().get(QuantityName.THERMAL_ENERGY_MEASURED.id());
    if (standing.drift() != Standing.Drift.FLAT
        || standing.equilibrium() != Standing.Equilibrium.HOLDS) {
      out.absent(QuantityName.THERMAL_SHARE, "the run is not known to be in equilibrium");
      return;
    }
    Double e = energy == null ? null : energy.value();
    Double low = energy == null ? null : energy.low();
    Double high = energy == null ? null : energy.high();
    if (e == null || low == null || high == null || !(e > 0)) {
      out.absent(QuantityName.THERMAL_SHARE, "waits for thermal_energy_measured");
      return;
    }
    double fall = -standing.slope() * standing.window();
    double width = INTERVAL * standing.slopeError() * standing.window();
    double least = Math.max(0, low);
    out.put(
        QuantityName.THERMAL_SHARE,
        e / (e + Math.max(0, fall)),
        least / (least + Math.max(0, fall + width) + Double.MIN_NORMAL),
        high / (high + Math.max(0, fall - width)),
        METHOD);
  }
}
