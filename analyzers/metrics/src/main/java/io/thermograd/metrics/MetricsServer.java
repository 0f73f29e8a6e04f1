package io.thermograd.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} (Prometheus text or OpenMetrics, as the client accepts; gzip when it
 * accepts that) and {@code /health} (JSON; 200 or 503).
 *
 * <p>Two daemon threads: a slow scrape does not keep a health check waiting.
 */
public final class MetricsServer implements AutoCloseable {
  public static final String LOOPBACK = "127.0.0.1";

  private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);
  private static final JsonFactory JSON = new JsonFactory();

  private final HttpServer server;
  private final ExecutorService threads;
  private final ThermogradMetrics metrics;
  private final Supplier<Health> health;
  private final ExpositionFormats formats = ExpositionFormats.init();

  private MetricsServer(
      HttpServer server,
      ExecutorService threads,
      ThermogradMetrics metrics,
      Supplier<Health> health) {
    this.server = server;
    this.threads = threads;
    this.metrics = metrics;
    this.health = health;
  }

  /**
   * Starts on the loopback interface.
   *
   * @param port 0 for any free one
   * @throws java.net.BindException when the port is taken
   */
  public static MetricsServer start(int port, ThermogradMetrics metrics, Supplier<Health> health)
      throws IOException {
    return start(LOOPBACK, port, metrics, health);
  }

  /**
   * Starts on the interface of the given host; {@code 0.0.0.0} is all of them, for a container.
   *
   * @param port 0 for any free one
   * @param health asked at every health check, from a thread of this server
   * @throws java.net.BindException when the port is taken
   */
  public static MetricsServer start(
      String host, int port, ThermogradMetrics metrics, Supplier<Health> health)
      throws IOException {
    HttpServer http = HttpServer.create(new InetSocketAddress(host, port), 0);
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            2,
            r -> {
              Thread t = new Thread(r, "metrics-http-" + number.incrementAndGet());
              t.setDaemon(true);
              return t;
            });
    MetricsServer s = new MetricsServer(http, threads, metrics, health);
    http.setExecutor(threads);
    http.createContext("/metrics", s.only("/metrics", s::scrape));
    http.createContext("/health", s.only("/health", s::health));
    http.start();
    return s;
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once; a scrape under way is cut off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void scrape(HttpExchange exchange) throws IOException {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    ExpositionFormatWriter writer = formats.findWriter(accept == null ? "" : accept);
    ByteArrayOutputStream body = new ByteArrayOutputStream(64 * 1024);
    boolean gzip = acceptsGzip(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
    try (OutputStream out = gzip ? new FastGzip(body) : body) {
      writer.write(out, metrics.prometheus().scrape());
    }
    if (gzip) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    }
    answer(exchange, 200, writer.getContentType(), body.toByteArray());
  }

  private void health(HttpExchange exchange) throws IOException {
    Health h;
    try {
      h = health.get();
    } catch (RuntimeException e) {
      log.warn("The health check itself failed", e);
      h = Health.failing("the health check failed: " + e);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeStringField("status", h.healthy() ? "ok" : "failing");
      for (Map.Entry<String, String> e : h.details().entrySet()) {
        json.writeStringField(e.getKey(), e.getValue());
      }
      json.writeEndObject();
    }
    answer(exchange, h.healthy() ? 200 : 503, "application/json", body.toByteArray());
  }

  /** A context of the JDK's server matches prefixes; these two paths are meant exactly. */
  private HttpHandler only(String path, HttpHandler handler) {
    return exchange -> {
      try (exchange) {
        String method = exchange.getRequestMethod();
        if (!exchange.getRequestURI().getPath().equals(path)) {
          answer(exchange, 404, "text/plain", text("Not here: try /metrics or /health\n"));
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
          exchange.getResponseHeaders().set("Allow", "GET, HEAD");
          answer(exchange, 405, "text/plain", text("Only GET and HEAD\n"));
        } else {
          handler.handle(exchange);
        }
      } catch (RuntimeException e) {
        log.error("{} failed", path, e);
        throw e;
      }
    };
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] text(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean acceptsGzip(@Nullable String encodings) {
    if (encodings == null) {
      return false;
    }
    for (String e : encodings.split(",", -1)) {
      String[] parts = e.trim().split("\\s*;\\s*", -1);
      boolean refused = parts.length > 1 && parts[1].matches("q=0(\\.0*)?");
      if (parts[0].equalsIgnoreCase("gzip") && !refused) {
        return true;
      }
    }
    return false;
  }

  /** Text of metrics shrinks twentyfold at the fastest level already. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 64 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
