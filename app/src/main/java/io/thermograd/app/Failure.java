package io.thermograd.app;

import org.jspecify.annotations.Nullable;

/** Ends a command: its message is the one line the user reads, naming what, value and remedy. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  Failure(String message) {
    this(message, null);
  }

  Failure(String message, @Nullable Throwable cause) {
    this(ExitCode.FAILED, message, cause);
  }

  Failure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
