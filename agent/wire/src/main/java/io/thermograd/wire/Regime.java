package io.thermograd.wire;

import java.util.Locale;

/** What a run is doing; one at a time. */
public enum Regime {
  WARMING_UP,
  DESCENDING,
  PLATEAU,
  STATIONARY,
  SPIKE,
  TRANSITION,
  DIVERGING;

  /** The name in JSON and in Prometheus labels. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
