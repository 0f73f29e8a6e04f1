package io.thermograd.wire;

import java.util.Locale;

/** Why a record was not used. Every rejected record is counted under exactly one kind. */
public enum RejectionKind {
  /** Not decodable. */
  MALFORMED,
  /** Decodable, but a field breaks its own rule (the message names field, value and remedy). */
  INVALID,
  /** A newer schema version than this reader knows. */
  UNSUPPORTED_VERSION,
  /** A step or an end of a run whose start never came. */
  UNKNOWN_RUN,
  /** Older than what has already been analysed, or after the run's end. */
  OUT_OF_ORDER,
  /** The same (run, attempt, step, rank) again. */
  DUPLICATE,
  /** Larger than the limit on one event. */
  OVERSIZED;

  /** The name in headers and in Prometheus labels. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
