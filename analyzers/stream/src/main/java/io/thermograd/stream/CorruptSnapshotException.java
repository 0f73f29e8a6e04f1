package io.thermograd.stream;

/** A snapshot that cannot be used; the message says why and what follows. */
final class CorruptSnapshotException extends Exception {
  private static final long serialVersionUID = 1L;

  CorruptSnapshotException(String message) {
    super(message);
  }

  CorruptSnapshotException(String message, Throwable cause) {
    super(message, cause);
  }
}
