package io.thermograd.live;

import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Where and to whom the page is served.
 *
 * @param host address to bind, a loopback one unless others are meant to see the page
 * @param port port to bind; 0 takes any free one
 * @param allowedHosts names besides the loopback ones and {@code host} that a request's Host header
 *     may carry (a page of another site that resolves to this machine carries its own)
 * @param portOwner describes who has a port, for example "java (pid 123)", when that can be found
 */
public record LiveServerOptions(
    String host, int port, Set<String> allowedHosts, IntFunction<Optional<String>> portOwner) {

  /** Only this machine sees the page. */
  public static LiveServerOptions loopback(int port) {
    return new LiveServerOptions("127.0.0.1", port, Set.of(), p -> Optional.empty());
  }

  public LiveServerOptions {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host should be an address such as 127.0.0.1: was blank");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port should be between 0 and 65535: was " + port);
    }
    allowedHosts = Set.copyOf(allowedHosts);
  }

  public LiveServerOptions withPortOwner(IntFunction<Optional<String>> owner) {
    return new LiveServerOptions(host, port, allowedHosts, owner);
  }
}
