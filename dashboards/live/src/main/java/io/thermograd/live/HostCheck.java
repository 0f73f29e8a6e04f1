package io.thermograd.live;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that were addressed to another name. A page of a hostile site whose name
 * resolves to this machine (DNS rebinding) would otherwise read the API as its own origin. The port
 * does not matter: it differs behind a forwarded one.
 */
final class HostCheck {
  private final Set<String> allowed = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

  HostCheck(String bound, Set<String> more) {
    allowed.add(bound.contains(":") ? "[" + bound + "]" : bound.toLowerCase(Locale.ROOT));
    more.forEach(name -> allowed.add(name.toLowerCase(Locale.ROOT)));
  }

  boolean allows(@Nullable String hostHeader) {
    return hostHeader != null && allowed.contains(name(hostHeader).toLowerCase(Locale.ROOT));
  }

  private static String name(String hostHeader) {
    int colon = hostHeader.lastIndexOf(':');
    return colon > hostHeader.lastIndexOf(']') ? hostHeader.substring(0, colon) : hostHeader;
  }
}
