package io.thermograd.wire;

import java.util.Locale;

/** How urgently a person should look. */
public enum Severity {
  OK,
  INFO,
  WARNING,
  CRITICAL;

  /** The name in JSON and in Prometheus labels. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
