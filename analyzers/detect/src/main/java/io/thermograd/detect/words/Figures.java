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
   * "0.0041 ± 0.0003": the value to the last digit of its error, but two digits at least and six at
   * most.
   *
   * @param half the error
   * @param digits significant ones of the error
   */
  public static String measured(double value, double half, int digits) {
    int shown = 3;
    if (value != 0 && half != 0 && Double.isFinite(value) && Double.isFinite(half)) {
      int last = power(half, digits) - digits + 1;
      shown = Math.max(2, Math.min(6, power(value, 6) - last + 1));
    }
    return of(value, shown)
        + " ± "
        + (plain(value, half, digits) ? plain(half, digits) : of(half, digits));
  }

  /** Whether an error beside a plain value is easier to read plain, too: 0.00061 ± 0.00008. */
  private static boolean plain(double value, double half, int digits) {
    return value != 0
        && half > 0
        && Double.isFinite(value)
        && Double.isFinite(half)
        && power(value, 6) >= SMALLEST_POWER
        && power(value, 6) < LARGEST_POWER
        && power(half, digits) >= SMALLEST_POWER - 2
        && power(half, digits) < SMALLEST_POWER;
  }

  private static String plain(double x, int digits) {
    return new BigDecimal(x).round(new MathContext(digits)).toPlainString();
  }

  /** "1 step", "2 steps", "1,230 steps". */
  public static String steps(double n) {
    String whole = String.format(Locale.ROOT, "%,.0f", n);
    return whole + (whole.equals("1") ? " step" : " steps");
  }

  /** Of ten, of the first digit once it is rounded. */
  private static int power(double x, int digits) {
    BigDecimal rounded = new BigDecimal(Math.abs(x)).round(new MathContext(digits));
    return rounded.precision() - rounded.scale() - 1;
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
