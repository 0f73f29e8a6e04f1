package io.thermograd.app;

import java.time.Duration;
import picocli.CommandLine.Option;

/** What Prometheus scrapes. */
final class MetricsOptions {
  static final int DEFAULT_PORT = 9464;
  private static final String FLAG = "--metrics-port";

  @Option(
      names = FLAG,
      paramLabel = "PORT",
      defaultValue = "" + DEFAULT_PORT,
      description = "Port of /metrics and /health (default: ${DEFAULT-VALUE}; 0 picks a free one).")
  private int port;

  @Option(
      names = "--run-ttl",
      paramLabel = "TIME",
      defaultValue = "15m",
      converter = DurationConverter.class,
      description =
          "How long a silent run's series stay in /metrics, for example 90s or 2h (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration runTtl = Duration.ofMinutes(15);

  int port() {
    return port;
  }

  Duration runTtl() {
    return runTtl;
  }

  void requireFree(String host) {
    PortOwner.requireFree(host, port, "/metrics", FLAG);
  }
}
