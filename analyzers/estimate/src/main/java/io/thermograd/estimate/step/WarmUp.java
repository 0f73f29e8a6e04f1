package io.thermograd.estimate.step;

import java.util.Locale;

/** Why a quantity is absent whose data are still gathering. Stateless, O(1). */
public final class WarmUp {
  private WarmUp() {}

  /**
   * "warming up: 2,500 of 3,584 steps".
   *
   * @param what is counted, and where, in the plural
   */
  public static String reason(double have, double needed, String what) {
    return String.format(Locale.ROOT, "warming up: %,.0f of %,.0f %s", have, needed, what);
  }
}
