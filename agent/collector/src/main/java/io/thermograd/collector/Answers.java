package io.thermograd.collector;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The JSON that requests are answered with. */
final class Answers {
  /** Rejections that an answer names; the count is of all. */
  static final int MOST_NAMED = 100;

  private static final JsonFactory FACTORY = new JsonFactory();

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private Answers() {}

  static void send(Context ctx, int status, String json) {
    ctx.status(status)
        .header("Cache-Control", "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .contentType("application/json; charset=utf-8")
        .result(json);
  }

  static String error(String message) {
    return object(json -> json.writeStringField("error", message));
  }

  static String health(String status, String kafka) {
    return object(
        json -> {
          json.writeStringField("status", status);
          json.writeStringField("kafka", kafka);
        });
  }

  static String taken(int accepted, List<Rejection> rejections) {
    return object(
        json -> {
          json.writeNumberField("accepted", accepted);
          json.writeNumberField("rejected_count", rejections.size());
          json.writeArrayFieldStart("rejected");
          for (Rejection r : rejections.subList(0, Math.min(MOST_NAMED, rejections.size()))) {
            json.writeStartObject();
            json.writeNumberField("index", r.index());
            if (r.line() > 0) {
              json.writeNumberField("line", r.line());
            }
            json.writeStringField("kind", r.kind().id());
            json.writeStringField("reason", r.reason());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static String object(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
