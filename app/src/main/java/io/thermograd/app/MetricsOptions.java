package io.thermograd.app;

import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What Prometheus scrapes. */
final class MetricsOptions {
  @Mixin private MetricsPort port = new MetricsPort();

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
    return port.port();
  }

  Duration runTtl() {
    return runTtl;
  }

  void requireFree(String host) {
    port.requireFree(host);
  }
}
