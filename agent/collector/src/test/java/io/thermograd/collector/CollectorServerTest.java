package io.thermograd.collector;

import static io.thermograd.collector.Samples.delimited;
import static io.thermograd.collector.Samples.lines;
import static io.thermograd.collector.Samples.started;
import static io.thermograd.collector.Samples.step;
import static io.thermograd.collector.Samples.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.thermograd.collector.EventBatch.Outgoing;
import io.thermograd.wire.EventWriter;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over a real socket. */
@Timeout(60)
class CollectorServerTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String NDJSON = "application/x-ndjson";
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  private final FakePublisher topic = new FakePublisher();
  private final Counts counts = new Counts();
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable CollectorServer server;

  /** What becomes of events must add up, after every test. */
  private static final class Counts implements CollectorListener {
    final AtomicInteger received = new AtomicInteger();
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger rejected = new AtomicInteger();
    final AtomicInteger deferred = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    final List<Integer> statuses = new ArrayList<>();

    @Override
    public synchronized void answered(int status) {
      statuses.add(status);
    }

    @Override
    public void received(int events, long sent) {
      received.addAndGet(events);
      bytes.addAndGet(sent);
    }

    @Override
    public void accepted(int events) {
      accepted.addAndGet(events);
    }

    @Override
    public void rejected(RejectionKind kind) {
      rejected.incrementAndGet();
    }

    @Override
    public void deferred(int events) {
      deferred.addAndGet(events);
    }
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertThat(counts.received.get())
        .isEqualTo(counts.accepted.get() + counts.rejected.get() + counts.deferred.get());
    assertThat(topic.published).hasSize(counts.accepted.get());
  }

  private CollectorServer start(CollectorOptions options) throws IOException {
    CollectorServer s = CollectorServer.start(topic, options, counts);
    server = s;
    return s;
  }

  private CollectorServer start() throws IOException {
    return start(CollectorOptions.loopback(0));
  }

  private static HttpRequest.Builder request(CollectorServer to) {
    return HttpRequest.newBuilder(URI.create(to.url() + "/v1/events"));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String type, byte[] body, String... headers) throws Exception {
    CollectorServer to = server == null ? start() : server;
    HttpRequest.Builder request =
        request(to).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private List<Event> published() throws IOException {
    List<Event> events = new ArrayList<>();
    for (Outgoing o : topic.published) {
      events.add(Event.parseFrom(o.value()));
    }
    return events;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PROTOBUF,
        "application/vnd.thermograd.v1+protobuf",
        "Application/X-Protobuf; charset=x"
      })
  void protobufIsTakenKeyedByRun(String type) throws Exception {
    Event[] events = {started("a"), step("a", 0), started("b"), step("a", 1)};
    HttpResponse<String> response = post(type, delimited(events));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(response.body()).isEqualTo("{\"accepted\":4,\"rejected_count\":0,\"rejected\":[]}");
    assertThat(published()).containsExactly(events);
    assertThat(topic.published).extracting(Outgoing::runId).containsExactly("a", "a", "b", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {NDJSON, "application/jsonl", "application/x-ndjson;charset=utf-8"})
  void jsonLinesAreTaken(String type) throws Exception {
    Event[] events = {started("a"), step("a", 0), step("a", 1)};
    assertThat(post(type, lines(events)).statusCode()).isEqualTo(202);
    assertThat(published()).containsExactly(events);
  }

  @Test
  void packedBodiesAreUnpacked() throws Exception {
    byte[] body = delimited(started("a"), step("a", 0));
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(body);
    }
    assertThat(post(PROTOBUF, gzip.toByteArray(), "Content-Encoding", "gzip").statusCode())
        .isEqualTo(202);
    byte[] zstd = Zstd.compress(body);
    assertThat(post(PROTOBUF, zstd, "Content-Encoding", "zstd").statusCode()).isEqualTo(202);
    assertThat(counts.accepted).hasValue(4);
    assertThat(counts.bytes).hasValue(gzip.size() + zstd.length);
  }

  @Test
  void aRecordingIsABody() throws Exception {
    ByteArrayOutputStream recording = new ByteArrayOutputStream();
    try (EventWriter out = Recordings.tgr(recording)) {
      out.write(started("a"));
      out.write(step("a", 0));
    }
    HttpResponse<String> response =
        post(PROTOBUF, recording.toByteArray(), "Content-Encoding", "zstd");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(published()).containsExactly(started("a"), step("a", 0));
  }

  @Test
  void aWrongEventIsNamedAndTheOthersTaken() throws Exception {
    HttpResponse<String> response =
        post(PROTOBUF, delimited(started("a"), wrong("a"), step("a", 1)));
    assertThat(response.statusCode()).isEqualTo(202);
    JsonNode answer = json(response);
    assertThat(answer.get("accepted").asInt()).isEqualTo(2);
    JsonNode rejected = answer.get("rejected").get(0);
    assertThat(rejected.get("index").asInt()).isEqualTo(1);
    assertThat(rejected.has("line")).isFalse();
    assertThat(rejected.get("kind").asText()).isEqualTo("invalid");
    assertThat(rejected.get("reason").asText()).startsWith("learning_rate").contains("-1");

    String text =
        new String(lines(step("a", 2)), StandardCharsets.UTF_8)
            + "\r\n\n{\"step\":{\"run_id\":\"a\",\"lss\":1}}\nnothing\n";
    answer = json(post(NDJSON, text.getBytes(StandardCharsets.UTF_8)));
    assertThat(answer.get("accepted").asInt()).isEqualTo(1);
    assertThat(answer.get("rejected").get(0).get("index").asInt()).isEqualTo(1);
    assertThat(answer.get("rejected").get(0).get("line").asInt()).isEqualTo(3);
    assertThat(answer.get("rejected").get(0).get("reason").asText()).contains("lss");
    assertThat(answer.get("rejected").get(1).get("line").asInt()).isEqualTo(4);
    assertThat(answer.get("rejected").get(1).get("kind").asText()).isEqualTo("malformed");
  }

  @Test
  void whereNoneCanBeUsedTheAnswerIs400() throws Exception {
    HttpResponse<String> response = post(PROTOBUF, delimited(wrong("a"), wrong("b")));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).get("rejected_count").asInt()).isEqualTo(2);
    assertThat(post(PROTOBUF, new byte[0]).statusCode()).isEqualTo(400);
    assertThat(post(NDJSON, "\n \n".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(400);
    assertThat(post(PROTOBUF, new byte[] {5}, "Content-Encoding", "gzip").body())
        .contains("body is not whole gzip");
    assertThat(post(PROTOBUF, new byte[] {5}, "Content-Encoding", "zstd").body())
        .contains("body is not whole zstd");
  }

  @Test
  void brokenFramingRejectsTheRestAsOne() throws Exception {
    byte[] whole = delimited(started("a"), step("a", 0));
    byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 1);
    JsonNode answer = json(post(PROTOBUF, cut));
    assertThat(answer.get("accepted").asInt()).isEqualTo(1);
    assertThat(answer.get("rejected").get(0).get("reason").asText()).contains("is announced");
  }

  @Test
  void manyRejectionsAreCountedAndTheFirstNamed() throws Exception {
    byte[] body = "x\n".repeat(1_000).getBytes(StandardCharsets.UTF_8);
    JsonNode answer = json(post(NDJSON, body));
    assertThat(answer.get("rejected_count").asInt()).isEqualTo(1_000);
    assertThat(answer.get("rejected")).hasSize(Answers.MOST_NAMED);
  }

  @Test
  void bodiesAreBounded() throws Exception {
    start(new CollectorOptions("127.0.0.1", 0, null, 100_000, 1_000_000));
    assertThat(post(NDJSON, new byte[100_001]).statusCode()).isEqualTo(413);
    // Without a length told first.
    assertThat(
            send(request(java.util.Objects.requireNonNull(server))
                    .header("Content-Type", NDJSON)
                    .POST(
                        BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream(new byte[100_001]))))
                .statusCode())
        .isEqualTo(413);
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
      out.write(new byte[50_000_000]);
    }
    HttpResponse<String> response = post(NDJSON, bomb.toByteArray(), "Content-Encoding", "gzip");
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("100000 bytes when unpacked");
    byte[] zeros = Zstd.compress(new byte[50_000_000]);
    assertThat(post(NDJSON, zeros, "Content-Encoding", "zstd").statusCode()).isEqualTo(413);
    // What was held has been given back.
    for (int i = 0; i < 20; i++) {
      assertThat(post(NDJSON, lines(step("a", i))).statusCode()).isEqualTo(202);
    }
  }

  @Test
  void whatCannotBeReadIs415AndSaysWhatCan() throws Exception {
    HttpResponse<String> response = post("text/plain", lines(step("a", 0)));
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.headers().firstValue("Accept-Post").orElse(""))
        .contains(PROTOBUF)
        .contains(NDJSON);
    response = post(PROTOBUF, delimited(step("a", 0)), "Content-Encoding", "br");
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.headers().firstValue("Accept-Encoding")).hasValue("gzip, zstd, identity");
    assertThat(post("", lines(step("a", 0))).statusCode()).isEqualTo(415);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "null, 401, a token is needed",
        "Basic dGhlcm1v, 401, of another scheme",
        "Bearer 0123456789abcdef0123456789abcdeF, 401, is not the collector's",
        "Bearer, 401, of another scheme",
        "Bearer 0123456789abcdef0123456789abcdef, 202, accepted",
        "bearer  0123456789abcdef0123456789abcdef, 202, accepted"
      },
      nullValues = "null")
  void aTokenIsAsked(@Nullable String header, int status, String says) throws Exception {
    start(CollectorOptions.of("127.0.0.1", 0, TOKEN));
    HttpResponse<String> response =
        header == null
            ? post(PROTOBUF, delimited(step("a", 0)))
            : post(PROTOBUF, delimited(step("a", 0)), "Authorization", header);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains(says).doesNotContain(TOKEN);
    assertThat(response.headers().firstValue("WWW-Authenticate").isPresent())
        .isEqualTo(status == 401);
  }

  @Test
  void aForeignNameIsNotServedWithoutAToken() throws Exception {
    CollectorServer to = start();
    byte[] body = lines(step("a", 0));
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), to.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /v1/events HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n"
                      + "Content-Type: application/x-ndjson\r\nContent-Length: "
                      + body.length
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 421").contains("without a token");
    }
  }

  @Test
  void anAbsentKafkaIs503AndNothingIsLost() throws Exception {
    topic.away = "Kafka took no event";
    byte[] body = delimited(started("a"), wrong("a"), step("a", 1));
    HttpResponse<String> response = post(PROTOBUF, body);
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
    assertThat(counts.deferred).hasValue(3);
    CollectorServer to = java.util.Objects.requireNonNull(server);
    HttpRequest.Builder health = HttpRequest.newBuilder(URI.create(to.url() + "/health")).GET();
    assertThat(send(health).statusCode()).isEqualTo(503);
    topic.away = null;
    assertThat(post(PROTOBUF, body).statusCode()).isEqualTo(202);
    assertThat(send(health).statusCode()).isEqualTo(200);
    assertThat(published()).containsExactly(started("a"), step("a", 1));
    assertThat(counts.statuses).containsExactly(503, 202);
  }

  @Test
  void otherPathsAndMethodsAreRefusedInJson() throws Exception {
    CollectorServer to = start();
    HttpResponse<String> response = send(request(to).GET());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(json(response).has("error")).isTrue();
    response = send(HttpRequest.newBuilder(URI.create(to.url() + "/v2")).GET());
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).contains("POST /v1/events");
  }

  @Test
  void aConnectionIsKept() throws Exception {
    CollectorServer to = start();
    byte[] body = lines(step("a", 0));
    String head =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            + "Content-Length: "
            + body.length
            + "\r\n";
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), to.port())) {
      for (String last : new String[] {"", "", "Connection: close\r\n"}) {
        socket.getOutputStream().write((head + last + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
      }
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answers.split("HTTP/1.1 202", -1)).hasSize(4);
    }
  }
}
