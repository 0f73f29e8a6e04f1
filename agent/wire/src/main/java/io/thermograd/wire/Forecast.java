package io.thermograd.wire;

/**
 * A statement about the future that will be held against it.
 *
 * @param name what is forecast, for example {@code escape_steps} or {@code loss}
 * @param madeAt step at which it was made
 * @param due step at which it is scored
 * @param expected value, with its interval of the stated level
 */
public record Forecast(String name, long madeAt, long due, Quantity expected) {
  public Forecast {
    if (due <= madeAt) {
      throw new IllegalArgumentException(
          "a forecast should be due after it is made: "
              + name
              + " of step "
              + madeAt
              + ", due "
              + due);
    }
  }
}
