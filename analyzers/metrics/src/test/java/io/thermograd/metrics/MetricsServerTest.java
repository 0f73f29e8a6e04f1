package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private final ThermogradMetrics metrics = new ThermogradMetrics();
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile Health health = Health.ok();
  private MetricsServer server = startServer();

  private MetricsServer startServer() {
    try {
      return MetricsServer.start(0, metrics, () -> health);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void publish() {
    metrics.publish(Insights.full("r", 1), Map.of("team", "größe \"x\""));
  }

  @AfterEach
  void close() {
    server.close();
    metrics.close();
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder b =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    if (headers.length > 0) {
      b.headers(headers);
    }
    return client.send(b.build(), BodyHandlers.ofByteArray());
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Test
  void servesPrometheusText() throws Exception {
    HttpResponse<byte[]> r = get("/metrics");

    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(r.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(text(r.body()))
        .contains("thermograd_step{run=\"r\",team=\"größe \\\"x\\\"\"} 1.0")
        .doesNotContain("# EOF");
  }

  @Test
  void servesOpenMetricsToWhomAsks() throws Exception {
    HttpResponse<byte[]> r =
        get(
            "/metrics",
            "Accept",
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

    assertThat(r.headers().firstValue("Content-Type"))
        .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(text(r.body())).endsWith("# EOF\n");
  }

  @Test
  void compressesWhenAccepted() throws Exception {
    HttpResponse<byte[]> r = get("/metrics", "Accept-Encoding", "deflate, gzip;q=0.5");

    assertThat(r.headers().firstValue("Content-Encoding")).contains("gzip");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(r.body()))) {
      assertThat(text(in.readAllBytes())).contains("thermograd_step{");
    }
    assertThat(get("/metrics", "Accept-Encoding", "gzip;q=0").headers().map())
        .doesNotContainKey("content-encoding");
  }

  @Test
  void healthIsJsonAndItsStatusCode() throws Exception {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("worker", "polls");
    details.put("note", "a \"quote\"");
    health = new Health(true, details);
    HttpResponse<byte[]> up = get("/health");
    health = Health.failing("the worker is dead");
    HttpResponse<byte[]> down = get("/health");

    assertThat(up.statusCode()).isEqualTo(200);
    assertThat(text(up.body()))
        .isEqualTo("{\"status\":\"ok\",\"worker\":\"polls\",\"note\":\"a \\\"quote\\\"\"}");
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(text(down.body()))
        .isEqualTo("{\"status\":\"failing\",\"reason\":\"the worker is dead\"}");
  }

  @Test
  void aHealthCheckThatFailsIsNotHealthy() throws Exception {
    try (MetricsServer broken =
        MetricsServer.start(
            0,
            metrics,
            () -> {
              throw new IllegalStateException("boom");
            })) {
      HttpResponse<String> r =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + broken.port() + "/health"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(r.statusCode()).isEqualTo(503);
      assertThat(r.body()).contains("boom");
    }
  }

  @Test
  void otherPathsAndMethodsAreRefused() throws Exception {
    assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
    assertThat(get("/metricsx").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    HttpResponse<String> post =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build(),
            BodyHandlers.ofString());
    assertThat(post.statusCode()).isEqualTo(405);
  }

  @Test
  void aTakenPortIsSaid() {
    assertThatThrownBy(() -> MetricsServer.start(server.port(), metrics, Health::ok))
        .isInstanceOf(BindException.class);
  }
}
