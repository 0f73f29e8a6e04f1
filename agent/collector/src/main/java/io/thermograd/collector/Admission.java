package io.thermograd.collector;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who may send: whoever carries the token, or, where there is none, this machine's own programs. A
 * web page whose name resolves to this machine (DNS rebinding) is none of them: it carries its own
 * name in the Host header.
 */
final class Admission {
  private static final String SCHEME = "bearer ";

  private final byte @Nullable [] token;
  private final String host;

  Admission(CollectorOptions options) {
    String expected = options.token();
    this.token = expected == null ? null : expected.getBytes(StandardCharsets.US_ASCII);
    this.host = options.host().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws HttpRefusal with 401 or 421
   */
  void check(@Nullable String authorization, @Nullable String hostHeader) throws HttpRefusal {
    if (token == null) {
      if (hostHeader == null || !isOwn(name(hostHeader))) {
        throw new HttpRefusal(
            421, "host '" + hostHeader + "' is not served here without a token: use 127.0.0.1");
      }
      return;
    }
    if (authorization == null) {
      throw unauthorized("a token is needed: send Authorization: Bearer TOKEN");
    }
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw unauthorized("Authorization should be Bearer TOKEN: is of another scheme");
    }
    byte[] given =
        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    // In a time that does not tell how much of it is right.
    if (!MessageDigest.isEqual(given, token)) {
      throw unauthorized(
          "the token is not the collector's: compare it with --collector-token-file");
    }
  }

  private boolean isOwn(String name) {
    return name.equals(host)
        || name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127(\\.\\d{1,3}){3}");
  }

  private static String name(String hostHeader) {
    int colon = hostHeader.lastIndexOf(':');
    String name = colon > hostHeader.lastIndexOf(']') ? hostHeader.substring(0, colon) : hostHeader;
    return name.toLowerCase(Locale.ROOT);
  }

  private static HttpRefusal unauthorized(String why) {
    return new HttpRefusal(401, why).with("WWW-Authenticate", "Bearer realm=\"thermograd\"");
  }
}
