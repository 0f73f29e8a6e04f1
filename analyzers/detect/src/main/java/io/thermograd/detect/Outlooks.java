package io.thermograd.detect;

import io.thermograd.detect.forecast.EscapeOutlook;
import org.jspecify.annotations.Nullable;

/** What the forecasts say of the present basin, as the overlays are told. */
final class Outlooks {
  private Outlooks() {}

  /** Null where nothing is known of the way out within the budget. */
  static io.thermograd.detect.regime.@Nullable EscapeOutlook of(EscapeOutlook known, long step) {
    if (known.remaining() < 0 || !(known.atMost() >= 0)) {
      return null;
    }
    long since = Math.max(0, step - known.step());
    return new io.thermograd.detect.regime.EscapeOutlook(
        Math.min(1, known.atMost()),
        Math.max(0, known.remaining() - since),
        known.trapped(),
        known.learningRate());
  }
}
