package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LiveServerTest {
  private static final double T0 = Synthetic.T0;

  private final LiveStore store = new LiveStore();
  private final HttpClient http = HttpClient.newHttpClient();
  private LiveServer server = start(store);

  private static LiveServer start(LiveStore store) {
    try {
      return LiveServer.start(store, LiveServerOptions.loopback(0));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void aRun() {
    store.accept(Synthetic.summary("a", 0, RunSummary.Status.RUNNING, -1, T0));
    Synthetic.feed(store, "a", 0, 0, 1_000, 100, T0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void listsRunsLatestFirst() throws Exception {
    Synthetic.feed(store, "b", 0, 0, 100, 50, T0 + 500);
    String body = get("/api/runs").body();
    assertThat(values(body, "run_id")).containsExactly("b", "a");
    assertThat(values(body, "status")).containsExactly("unknown", "running");
    assertThat(values(body, "step")).containsExactly("50", "900");
    assertThat(body).contains("\"live\":true");
  }

  @Test
  void tellsWhatARunIs() throws Exception {
    String body = get("/api/runs/a").body();
    assertThat(values(body, "optimizer")).containsExactly("momentum");
    assertThat(values(body, "sampling")).containsExactly("without_replacement");
    assertThat(values(body, "parameter_count")).containsExactly("9610");
    assertThat(values(body, "dataset_size")).containsExactly("1797");
    assertThat(values(body, "momentum")).containsExactly("0.9");
    assertThat(values(body, "points")).containsExactly("10");
  }

  @Test
  void insightsAreThoseOfTheTopic() throws Exception {
    String expected =
        "["
            + OutputJson.write(Synthetic.insight("a", 0, 800, T0))
            + ","
            + OutputJson.write(Synthetic.insight("a", 0, 900, T0))
            + "]";
    assertThat(get("/api/runs/a/insights?since=700").body()).isEqualTo(expected);
    assertThat(get("/api/runs/a/insights?since=700&attempt=0").body()).isEqualTo(expected);
    assertThat(get("/api/runs/a/insights?attempt=1").body()).isEqualTo("[]");
  }

  @Test
  void columnsHoldTheSameNumbers() throws Exception {
    String body = get("/api/runs/a/insights?format=columns&since=700").body();
    CompactInsight point = CompactInsight.of(Synthetic.insight("a", 0, 800, T0), null);
    double loss = point.number(point.indexOf("loss"), 0);
    assertThat(body).startsWith("{\"step\":[800,900],\"time\":[");
    // Rounded to binary32: half a unit in the last place is 2⁻²⁴ of the number.
    String first = body.substring(body.indexOf("\"loss\":{\"value\":[") + 17).split(",", 2)[0];
    assertThat(Double.parseDouble(first))
        .isCloseTo(loss, org.assertj.core.data.Offset.offset(loss * Math.pow(2, -24)));
    assertThat(body).contains("\"latest\":{\"run_id\":\"a\"");
    assertThat(get("/api/runs/a/insights?format=columns&since=900").body())
        .isEqualTo("{\"step\":[],\"time\":[],\"quantities\":{}}");
  }

  @Test
  void alertsAreThoseOfTheTopic() throws Exception {
    store.accept(Synthetic.alert("a", 0, 30, Severity.CRITICAL, T0));
    assertThat(get("/api/runs/a/alerts").body())
        .isEqualTo(
            "[" + OutputJson.write(Synthetic.alert("a", 0, 30, Severity.CRITICAL, T0)) + "]");
    assertThat(get("/api/runs/a/alerts?attempt=1").body()).isEqualTo("[]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<img src=x onerror=alert(1)>",
        "with space + plus & amp ? #",
        "100%",
        "%41",
        "..a",
        "a/b",
        "a\\b;c",
        "ünï—코드 😀",
        "\"quoted\"",
        "a\nb"
      })
  void anyRunIdCanBeAsked(String runId) throws Exception {
    Synthetic.feed(store, runId, 0, 0, 100, 50, T0);
    String encoded = URLEncoder.encode(runId, StandardCharsets.UTF_8).replace("+", "%20");
    HttpResponse<String> answer = get("/api/runs/" + encoded);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(values(answer.body(), "run_id").get(0)).isEqualTo(runId);
    assertThat(get("/api/runs/" + encoded + "/insights").body()).contains("\"step\":50");
  }

  @Test
  void errorsAreOneJsonLine() throws Exception {
    assertError("/api/runs/nobody", 404, "no run 'nobody': GET /api/runs lists those there are");
    assertError(
        "/api/runs/a/insights?since=x", 400, "since should be a whole number from 0: was 'x'");
    assertError(
        "/api/runs/a/insights?attempt=99999999999",
        400,
        "attempt should be a whole number from 0: was '99999999999'");
    assertError(
        "/api/runs/a/insights?format=xml",
        400,
        "format should be 'objects' or 'columns': was 'xml'");
    assertError(
        "/nothing.js",
        404,
        "nothing is at '/nothing.js': GET / is the page, GET /api/runs lists the runs");
    assertError("/vendor/../LiveServer.class", 404, null);
    // Refused by the HTTP server itself, before any of this.
    assertThat(get("/%2e%2e/LiveServer.class").statusCode()).isEqualTo(400);
  }

  @Test
  void servesThePageAndItsFilesWithEtags() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    String etag = page.headers().firstValue("ETag").orElseThrow();
    for (String file : List.of("/app.js", "/style.css", "/theme.js", "/icons/ok.svg")) {
      assertThat(get(file).statusCode()).as(file).isEqualTo(200);
    }
    assertThat(get("/vendor/uPlot-LICENSE.txt").body()).contains("MIT License");
    HttpResponse<String> again =
        http.send(
            request("/").header("If-None-Match", etag).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void nothingFromElsewhereMayRunOrRead() throws Exception {
    for (String path : List.of("/", "/api/runs", "/nothing")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "data:", "http", "*");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void refusesOtherHostNames() throws Exception {
    assertThat(statusForHost("evil.example")).contains(" 421 ");
    assertThat(statusForHost("127.0.0.1.evil.example:" + server.port())).contains(" 421 ");
    assertThat(statusForHost("localhost:1")).contains(" 200 ");
    assertThat(statusForHost("LOCALHOST")).contains(" 200 ");
    assertThat(statusForHost("[::1]:" + server.port())).contains(" 200 ");
    server.close();
    server =
        LiveServer.start(
            store,
            new LiveServerOptions("127.0.0.1", 0, Set.of("gpu-box.lan"), p -> Optional.empty()));
    assertThat(statusForHost("gpu-box.lan:8080")).contains(" 200 ");
  }

  @Test
  void streamsWhatHappensToOneRun() throws Exception {
    try (BufferedReader events = stream("/api/stream?run=a")) {
      assertThat(nextEvent(events).get(0)).isEqualTo("event: hello");
      Synthetic.feed(store, "b", 0, 0, 100, 50, T0);
      store.accept(Synthetic.insight("a", 0, 1_000, T0));
      store.accept(Synthetic.alert("a", 0, 1_000, Severity.INFO, T0));
      store.accept(Synthetic.summary("a", 0, RunSummary.Status.COMPLETED, 1_000, T0));
      List<String> insight = nextEvent(events);
      assertThat(insight).contains("event: insight");
      assertThat(insight)
          .contains("data: " + OutputJson.write(Synthetic.insight("a", 0, 1_000, T0)))
          .anyMatch(line -> line.matches("id: [0-9a-f]{8}-\\d+"));
      assertThat(nextEvent(events)).contains("event: alert");
      assertThat(String.join("\n", nextEvent(events)))
          .contains("event: run")
          .contains("\"status\":\"completed\"");
    }
  }

  @Test
  void streamsTheRowsOfAllRunsThatChanged() throws Exception {
    try (BufferedReader events = stream("/api/stream")) {
      assertThat(nextEvent(events).get(0)).isEqualTo("event: hello");
      Synthetic.feed(store, "b", 0, 0, 5_000, 5, T0);
      String event = String.join("\n", nextEvent(events));
      assertThat(event).contains("event: run").contains("\"run_id\":\"b\"");
    }
  }

  @Test
  void closingEndsOpenStreams() throws Exception {
    try (BufferedReader events = stream("/api/stream?run=a")) {
      nextEvent(events);
      server.close();
      assertThat(readToEnd(events)).isTrue();
    }
  }

  @Test
  void healthCountsWhatWasNotKept() throws Exception {
    store.unreadable();
    String body = get("/health").body();
    assertThat(values(body, "status")).containsExactly("up");
    assertThat(values(body, "unreadable_records")).containsExactly("1");
    assertThat(values(body, "points")).containsExactly("10");
  }

  @Test
  void aTakenPortIsNamedWithItsOwner() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  LiveServer.start(
                      store,
                      LiveServerOptions.loopback(port)
                          .withPortOwner(p -> Optional.of("java (pid 42)"))))
          .isInstanceOf(PortTakenException.class)
          .hasMessage(
              "port %d on 127.0.0.1 is taken by java (pid 42): stop that or give another port",
              port);
    }
  }

  private void assertError(String path, int status, @Nullable String message) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(status);
    assertThat(answer.body()).startsWith("{\"error\":\"").doesNotContain("\n");
    if (message != null) {
      assertThat(values(answer.body(), "error")).containsExactly(message);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** java.net.http does not let a Host header be set. */
  private String statusForHost(String host) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port());
        PrintWriter out = new PrintWriter(socket.getOutputStream(), false, StandardCharsets.UTF_8);
        BufferedReader in = reader(socket.getInputStream())) {
      out.print("GET /api/runs HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      out.flush();
      return String.valueOf(in.readLine());
    }
  }

  private BufferedReader stream(String path) throws Exception {
    HttpRequest request = request(path).header("Accept", "text/event-stream").build();
    return reader(http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
  }

  private static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  private static List<String> nextEvent(BufferedReader events) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (!line.isEmpty()) {
        lines.add(line);
      } else if (!lines.isEmpty()) {
        return lines;
      }
    }
    throw new IOException("the stream ended");
  }

  private static boolean readToEnd(BufferedReader events) {
    try {
      while (events.readLine() != null) {
        // Until the end.
      }
    } catch (IOException e) {
      // Cut off is an end as well.
    }
    return true;
  }

  /** All values of fields of that name, in the order they stand, whatever their depth. */
  private static List<String> values(String json, String field) throws IOException {
    List<String> values = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        if (field.equals(parser.currentName()) && parser.currentToken().isScalarValue()) {
          values.add(parser.getText());
        }
      }
    }
    return values;
  }
}
