package io.thermograd.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code /health} answers.
 *
 * @param healthy 200 when true, 503 when false
 * @param details shown as further JSON fields, in this order
 */
public record Health(boolean healthy, Map<String, String> details) {
  public Health {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  public static Health ok() {
    return new Health(true, Map.of());
  }

  /** Not healthy, and why. */
  public static Health failing(String reason) {
    return new Health(false, Map.of("reason", reason));
  }
}
