package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.thermograd.wire.proto.Event;
import java.io.IOException;

/**
 * Events as JSON Lines: {@code {"step":{"run_id":"a","step":7,…}}}, with the field names of the
 * schema. Driven by the schema's descriptors, so a field that is added there is here too.
 *
 * <p>Vectors are arrays of numbers (a bfloat16 vector comes back as float32 with the same values),
 * enums lower-case names, maps objects. NaN and the infinities are the strings {@code "NaN"},
 * {@code "Infinity"}, {@code "-Infinity"}; the bare words that Python's {@code json} writes are
 * read too, and a number beyond the range of its type reads as infinite. {@code null} means absent.
 * An integer may be written as 3, 3.0 or "3".
 *
 * <p>A field that is not in the schema is refused, since it is most likely misspelt. A line of a
 * newer {@code schema_version} is refused as such, whatever else it holds. Stateless.
 */
public final class EventJson {
  private EventJson() {}

  /** One line without its line break. Equal events give equal lines. */
  public static String write(Event event) {
    return Json.write(
        out -> {
          out.writeStartObject();
          // Set fields only, or every line would say "schema_version":0.
          for (var field : event.getAllFields().keySet()) {
            MessageJsonWriter.writeField(out, event, field);
          }
          out.writeEndObject();
        });
  }

  /**
   * Parses one line and checks the {@link EventRules}.
   *
   * @throws InvalidEventException and nothing else, whatever {@code line} holds
   */
  public static Event parse(String line) throws InvalidEventException {
    return parse(() -> Json.FACTORY.createParser(line));
  }

  /** As {@link #parse(String)} for UTF-8 bytes. */
  public static Event parse(byte[] utf8, int from, int length) throws InvalidEventException {
    return parse(() -> Json.FACTORY.createParser(utf8, from, length));
  }

  private static Event parse(Source line) throws InvalidEventException {
    Event event;
    try {
      event = read(line);
    } catch (InvalidEventException e) {
      long version = versionOf(line);
      throw version > EventCodec.SCHEMA_VERSION ? EventRules.unsupported(version) : e;
    }
    EventRules.check(event);
    return event;
  }

  private static Event read(Source line) throws InvalidEventException {
    try (JsonParser in = line.open()) {
      Event.Builder event = Event.newBuilder();
      if (in.nextToken() == null) {
        throw malformed("line is empty; write one JSON object a line");
      }
      new MessageJsonReader(in, MessageJsonReader.Unknown.REFUSE).readInto(event);
      if (in.nextToken() != null) {
        throw new JsonScalars(in).malformed("goes on after its object; write one event a line");
      }
      return event.build();
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      throw malformed(
          "line is no JSON"
              + (at == null ? "" : " from column " + at.getColumnNr() + " on")
              + " ("
              + Text.oneLine(e.getOriginalMessage())
              + "); write one JSON object a line");
    } catch (IOException e) {
      throw malformed(
          "line is no JSON in UTF-8 (" + Text.oneLine(e.getMessage()) + "); write UTF-8");
    }
  }

  /** The version a line claims to have; 0 when it claims none that can be read. */
  private static long versionOf(Source line) {
    try (JsonParser in = line.open()) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          JsonToken value = in.nextToken();
          if (name.equals("schema_version") && value == JsonToken.VALUE_NUMBER_INT) {
            return in.getLongValue();
          }
          in.skipChildren();
        }
      }
    } catch (IOException e) {
      // The caller reports what is wrong with the line.
    }
    return 0;
  }

  private static InvalidEventException malformed(String message) {
    return new InvalidEventException(RejectionKind.MALFORMED, message);
  }

  /** Opens the same line again and again. */
  private interface Source {
    JsonParser open() throws IOException;
  }
}
