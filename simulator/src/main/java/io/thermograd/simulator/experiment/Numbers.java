package io.thermograd.simulator.experiment;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as people write them. */
final class Numbers {
  private Numbers() {}

  /** At most six significant digits and no trailing zeros, for example 2.5 or 93. */
  static String plain(double x) {
    return Double.isFinite(x)
        ? new BigDecimal(x).round(new MathContext(6)).stripTrailingZeros().toPlainString()
        : String.valueOf(x);
  }
}
