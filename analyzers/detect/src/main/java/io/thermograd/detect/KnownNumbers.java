package io.thermograd.detect;

import io.thermograd.detect.words.Figures;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Published quantities as sentences need them. */
final class KnownNumbers {
  private final Map<String, Quantity> quantities;

  KnownNumbers(Map<String, Quantity> quantities) {
    this.quantities = quantities;
  }

  /** NaN where there is no value. */
  double value(QuantityName name) {
    Quantity q = quantities.get(name.id());
    Double value = q == null ? null : q.value();
    return value == null ? Double.NaN : value;
  }

  /** Lower end of the interval; NaN where there is none. */
  double low(QuantityName name) {
    Quantity q = quantities.get(name.id());
    Double low = q == null ? null : q.low();
    return low == null ? Double.NaN : low;
  }

  /** Upper end of the interval; NaN where there is none. */
  double high(QuantityName name) {
    Quantity q = quantities.get(name.id());
    Double high = q == null ? null : q.high();
    return high == null ? Double.NaN : high;
  }

  /** "0.013 ± 0.002", with the larger half of the interval; null where it is not known. */
  @Nullable String sized(QuantityName name) {
    double value = value(name);
    double half = Math.max(high(name) - value, value - low(name));
    return Double.isFinite(half) ? Figures.measured(Math.abs(value), half, 1) : null;
  }
}
