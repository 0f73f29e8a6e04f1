package io.thermograd.app;

import picocli.CommandLine.Option;

/** Where Prometheus scrapes. */
final class MetricsPort {
  static final int DEFAULT_PORT = 9464;
  private static final String FLAG = "--metrics-port";

  @Option(
      names = FLAG,
      paramLabel = "PORT",
      defaultValue = "" + DEFAULT_PORT,
      description = "Port of /metrics and /health (default: ${DEFAULT-VALUE}; 0 picks a free one).")
  private int port;

  int port() {
    return port;
  }

  void requireFree(String host) {
    PortOwner.requireFree(host, port, "/metrics", FLAG);
  }
}
