package io.thermograd.wire;

import org.jspecify.annotations.Nullable;

/**
 * One published number with its 95 % interval and the name of its estimator.
 *
 * @param value the estimate; null when only a bound is known (then {@code low} or {@code high} is
 *     not)
 * @param low lower end of the 95 % interval; null when unbounded below, or when value is known
 *     exactly
 * @param high upper end of the 95 % interval; null when unbounded above, or when value is known
 *     exactly
 * @param method how it was estimated, for example {@code within_step} or {@code temporal}
 */
public record Quantity(
    @Nullable Double value, @Nullable Double low, @Nullable Double high, String method) {

  public Quantity {
    requireFinite("value", value);
    requireFinite("low", low);
    requireFinite("high", high);
    if (value == null && low == null && high == null) {
      throw new IllegalArgumentException("a quantity needs a value or a bound: had neither");
    }
  }

  /** A number known without error, such as a learning rate the trainer reported. */
  public static Quantity exact(double value, String method) {
    return new Quantity(value, null, null, method);
  }

  /** An estimate with its 95 % interval. */
  public static Quantity of(double value, double low, double high, String method) {
    return new Quantity(value, low, high, method);
  }

  /** A quantity of which only a 95 % lower bound is known. */
  public static Quantity atLeast(double low, String method) {
    return new Quantity(null, low, null, method);
  }

  /** A quantity of which only a 95 % upper bound is known. */
  public static Quantity atMost(double high, String method) {
    return new Quantity(null, null, high, method);
  }

  private static void requireFinite(String name, @Nullable Double x) {
    if (x != null && !Double.isFinite(x)) {
      throw new IllegalArgumentException(name + " should be finite: was " + x);
    }
  }
}
