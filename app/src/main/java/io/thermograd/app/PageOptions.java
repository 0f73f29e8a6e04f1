package io.thermograd.app;

import io.thermograd.live.LiveServerOptions;
import java.util.LinkedHashSet;
import java.util.Set;
import picocli.CommandLine.Option;

/** The live page. */
final class PageOptions {
  private static final String FLAG = "--port";

  @Option(
      names = FLAG,
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port of the live page (default: ${DEFAULT-VALUE}; 0 picks a free one).")
  private int port;

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description = "A further name under which browsers may ask for the page; repeatable.")
  private Set<String> allowedHosts = new LinkedHashSet<>();

  LiveServerOptions server(String host) {
    return new LiveServerOptions(host, port, allowedHosts, PortOwner::of);
  }

  void requireFree(String host) {
    PortOwner.requireFree(host, port, "the live page", FLAG);
  }
}
