package io.thermograd.detect.words;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * Numbers as sentences write them: so many significant digits, plain between 0.0001 and a million,
 * as 6.32×10⁻⁶ beyond. Without a locale: the same on every machine. Stateless, O(1).
 */
public final class Figures {
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  private static final int SMALLEST_POWER = -4;
  private static final int LARGEST_POWER = 6;

  private Figures() {}

  /** A value: three significant digits. */
  public static String of(double x) {
    return of(x, 3);
  }

  /** An error or a rough number: two significant digits. */
  public static String rough(double x) {
    return of(x, 2);
  }

  /**
   * 0.0123, 1,230, 1.23×10⁷; "NaN", "∞" and "−∞" for what is not finite.
   *
   * @param digits significant ones, 1 at least
   */
  public static String of(double x, int digits) {
    if (Double.isNaN(x)) {
      return "NaN";
    }
    if (Double.isInfinite(x)) {
      return x > 0 ? "∞" : "−∞";
    }
    if (x == 0) {
      return "0";
    }
    // Rounded first: 999.9 has one digit more than it seems to have.
    BigDecimal rounded = new BigDecimal(Math.abs(x)).round(new MathContext(digits));
    int power = rounded.precision() - rounded.scale() - 1;
    String sign = x < 0 ? "−" : "";
    if (power >= SMALLEST_POWER && power < LARGEST_POWER) {
      int decimals = Math.max(0, digits - 1 - power);
      return sign + String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
    }
    BigDecimal mantissa = rounded.movePointLeft(power);
    return sign
        + String.format(Locale.ROOT, "%." + (digits - 1) + "f", mantissa)
        + "×10"
        + superscript(power);
  }

  private static String superscript(int power) {
    StringBuilder out = new StringBuilder(power < 0 ? "⁻" : "");
    for (char digit : Integer.toString(Math.abs(power)).toCharArray()) {
      out.append(SUPERSCRIPTS.charAt(digit - '0'));
    }
    return out.toString();
  }
}
