package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Measured;
import io.thermograd.simulator.experiment.Row;
import java.util.Locale;

/** Numbers of a row as the reader sees them. */
final class Figures {
  static final String NONE = "-";

  private Figures() {}

  /** Four significant digits, without an exponent while that stays short; "-" for NaN. */
  static String number(double x) {
    if (Double.isNaN(x)) {
      return NONE;
    }
    if (Double.isInfinite(x)) {
      return x > 0 ? "∞" : "-∞";
    }
    double size = Math.abs(x);
    if (x == 0) {
      return "0";
    }
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.3e", x);
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%." + decimals + "f", x);
  }

  static String interval(Measured measured) {
    if (measured.low() == measured.high()) {
      return "exact";
    }
    return Double.isNaN(measured.low()) && Double.isNaN(measured.high())
        ? NONE
        : number(measured.low()) + " … " + number(measured.high());
  }

  static String ratio(Row row) {
    double ratio = row.ratio();
    return Double.isInfinite(ratio) ? NONE : number(ratio);
  }

  static String verdict(Row.Verdict verdict) {
    return verdict == Row.Verdict.SHOWN ? NONE : verdict.name();
  }
}
