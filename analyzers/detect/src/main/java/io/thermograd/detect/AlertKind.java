package io.thermograd.detect;

import io.thermograd.wire.Severity;
import java.util.Locale;

/** What alerts are about. Only critical ones are to wake somebody. */
enum AlertKind {
  LOSS_GROWTH(Severity.WARNING),
  DIVERGENCE(Severity.CRITICAL),
  NON_FINITE(Severity.CRITICAL),
  LOST_TELEMETRY(Severity.WARNING),
  PLATEAU(Severity.WARNING),
  STATIONARY(Severity.INFO),
  SPIKE(Severity.INFO),
  TRANSITION(Severity.INFO),
  TRAPPED(Severity.WARNING),
  EDGE_OF_STABILITY(Severity.INFO),
  OSCILLATING(Severity.INFO);

  private final Severity severity;

  AlertKind(Severity severity) {
    this.severity = severity;
  }

  Severity severity() {
    return severity;
  }

  /** The name in JSON and in Prometheus labels. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
