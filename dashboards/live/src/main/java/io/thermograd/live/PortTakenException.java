package io.thermograd.live;

import java.io.IOException;

/** The port cannot be bound; the message is one line that names it and the remedy. */
public final class PortTakenException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int port;

  PortTakenException(int port, String message, Throwable cause) {
    super(message, cause);
    this.port = port;
  }

  public int port() {
    return port;
  }
}
