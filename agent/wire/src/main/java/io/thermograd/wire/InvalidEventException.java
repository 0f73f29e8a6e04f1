package io.thermograd.wire;

import java.util.Objects;

/**
 * An event that cannot be used. The message is one line that names field, value and remedy; what
 * comes after the event is not affected.
 */
public final class InvalidEventException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RejectionKind kind;

  public InvalidEventException(RejectionKind kind, String message) {
    super(message);
    this.kind = Objects.requireNonNull(kind);
  }

  InvalidEventException(RejectionKind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind);
  }

  /** What the event is counted under. */
  public RejectionKind kind() {
    return kind;
  }
}
