package io.thermograd.collector;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the collector listens and what it lets in.
 *
 * @param host address to bind; one that is not this machine's own needs a token
 * @param port port to bind; 0 takes any free one
 * @param token what requests have to carry as {@code Authorization: Bearer TOKEN}; null for none
 * @param maxBodyBytes bytes of one request at most, as sent and again as unpacked
 * @param maxHeldBytes bytes of all requests that are being read or wait for Kafka, at most
 */
public record CollectorOptions(
    String host, int port, @Nullable String token, int maxBodyBytes, long maxHeldBytes) {
  /** As JSON Lines the largest event that the topic takes (4 MiB) fills this. */
  public static final int DEFAULT_MAX_BODY_BYTES = 16 << 20;

  public static final long DEFAULT_MAX_HELD_BYTES = 128L << 20;

  /** A token shorter than this is guessed too soon. */
  public static final int LEAST_TOKEN = 16;

  private static final int MOST_TOKEN = 4096;

  public CollectorOptions {
    Objects.requireNonNull(host);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port should be between 0 and 65535: was " + port);
    }
    if (token != null && !isToken(token)) {
      throw new IllegalArgumentException(
          "token should be "
              + LEAST_TOKEN
              + " to "
              + MOST_TOKEN
              + " visible ASCII characters without spaces: had "
              + token.length()
              + "; make one with: openssl rand -hex 24");
    }
    if (maxBodyBytes < 1) {
      throw new IllegalArgumentException("maxBodyBytes should be at least 1: was " + maxBodyBytes);
    }
    if (maxHeldBytes < 2L * maxBodyBytes) {
      throw new IllegalArgumentException(
          "maxHeldBytes should be at least 2·maxBodyBytes, "
              + 2L * maxBodyBytes
              + ": was "
              + maxHeldBytes);
    }
    if (token == null && !isLoopback(host)) {
      throw new IllegalArgumentException(
          "host should be a loopback address such as 127.0.0.1 while there is no token: was "
              + host
              + "; give a token to listen to others");
    }
  }

  /** For this machine's own trainers. */
  public static CollectorOptions loopback(int port) {
    return of("127.0.0.1", port, null);
  }

  /** With the limits that fit most. */
  public static CollectorOptions of(String host, int port, @Nullable String token) {
    return new CollectorOptions(host, port, token, DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_HELD_BYTES);
  }

  /** Whether only this machine reaches the address. */
  public static boolean isLoopback(String host) {
    try {
      return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean isToken(String s) {
    return s.length() >= LEAST_TOKEN
        && s.length() <= MOST_TOKEN
        && s.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "CollectorOptions[" + host + ":" + port + (token == null ? "" : ", token") + "]";
  }
}
