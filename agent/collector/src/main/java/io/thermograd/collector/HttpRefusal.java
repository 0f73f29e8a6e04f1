package io.thermograd.collector;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that is answered with an error: one line that says what is wrong and what to do. */
final class HttpRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** A broker that restarts is back within seconds. */
  static final String RETRY_AFTER_SECONDS = "2";

  private final int status;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  HttpRefusal(int status, String message) {
    super(message, null, false, false); // expected: the place does not matter
    this.status = status;
  }

  /** Nothing is wrong with the request: the same one is to be sent again. */
  static HttpRefusal later(String why) {
    return new HttpRefusal(503, why + "; send the same events again later")
        .with("Retry-After", RETRY_AFTER_SECONDS);
  }

  HttpRefusal with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
