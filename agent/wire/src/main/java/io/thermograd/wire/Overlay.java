package io.thermograd.wire;

import java.util.Locale;

/** What may hold beside the regime a run is in, any number at a time. */
public enum Overlay {
  /** Statements that take the gradient noise to be normal are not to be trusted. */
  HEAVY_TAILED_NOISE,
  /** The steepest direction hovers at the largest learning rate that is stable. */
  EDGE_OF_STABILITY,
  /** The run is in a basin that it will hardly leave within its budget. */
  TRAPPED,
  /** The updates turn back and forth, or the loss goes up and down by a clock. */
  OSCILLATING;

  /** The name in JSON and in Prometheus labels. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
