package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One parsed JSON object of an output topic. Fields that this version does not know are ignored, so
 * that an older page reads what a newer analyzer writes.
 */
final class JsonRecord {
  private final String what;
  private final Map<String, Object> fields;

  private JsonRecord(String what, Map<String, Object> fields) {
    this.what = what;
    this.fields = fields;
  }

  /** Reads the value that starts at the parser's current token, up to its end. */
  interface FieldReader {
    Object read(JsonParser in) throws IOException, InvalidEventException;
  }

  /**
   * @throws IllegalArgumentException when {@code json} is not one JSON object
   */
  static JsonRecord parse(String what, String json) {
    return parse(what, json, Map.of());
  }

  /** As {@link #parse(String, String)}, with the named top-level fields read in their own way. */
  static JsonRecord parse(String what, String json, Map<String, FieldReader> readers) {
    try (JsonParser in = Json.FACTORY.createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(what + " should be a JSON object: " + Text.quote(json));
      }
      JsonRecord record = new JsonRecord(what, object(in, readers));
      if (in.nextToken() != null) {
        throw new IllegalArgumentException(what + " should be one JSON object: more follows it");
      }
      return record;
    } catch (InvalidEventException e) {
      throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          what + " is no JSON: " + Text.oneLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(what + " is no JSON: " + Text.oneLine(e.getMessage()), e);
    }
  }

  String string(String name) {
    return as(name, String.class, require(name));
  }

  long integer(String name) {
    return as(name, Long.class, require(name));
  }

  double number(String name) {
    return toDouble(name, require(name));
  }

  @Nullable Double optionalNumber(String name) {
    Object value = fields.get(name);
    return value == null ? null : (Double) toDouble(name, value);
  }

  @Nullable Long optionalInteger(String name) {
    Object value = fields.get(name);
    return value == null ? null : as(name, Long.class, value);
  }

  @Nullable String optionalString(String name) {
    Object value = fields.get(name);
    return value == null ? null : as(name, String.class, value);
  }

  @Nullable JsonRecord optionalRecord(String name) {
    Object value = fields.get(name);
    return value == null ? null : new JsonRecord(what + "." + name, map(name, value));
  }

  JsonRecord record(String name) {
    return new JsonRecord(what + "." + name, map(name, require(name)));
  }

  boolean bool(String name) {
    return as(name, Boolean.class, require(name));
  }

  /** Objects of an array; empty when absent. */
  List<JsonRecord> records(String name) {
    List<JsonRecord> result = new ArrayList<>();
    Object value = fields.get(name);
    if (value != null) {
      for (Object element : as(name, List.class, value)) {
        result.add(new JsonRecord(what + "." + name, map(name, element)));
      }
    }
    return result;
  }

  /** Numbers of an array, NaN for null; empty when absent. */
  List<Double> numbers(String name) {
    List<Double> result = new ArrayList<>();
    Object value = fields.get(name);
    if (value != null) {
      for (Object element : as(name, List.class, value)) {
        result.add(element == null ? Double.NaN : toDouble(name, element));
      }
    }
    return result;
  }

  /** Empty when absent. */
  List<String> strings(String name) {
    List<String> result = new ArrayList<>();
    Object value = fields.get(name);
    if (value != null) {
      for (Object element : as(name, List.class, value)) {
        result.add(as(name, String.class, element));
      }
    }
    return result;
  }

  /** The values by name, in the order of the text; a null value throws. */
  Map<String, String> stringFields() {
    Map<String, String> result = new LinkedHashMap<>();
    fields.forEach((name, value) -> result.put(name, as(name, String.class, value)));
    return result;
  }

  /** As {@link #stringFields} for values that are objects. */
  Map<String, JsonRecord> recordFields() {
    Map<String, JsonRecord> result = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> result.put(name, new JsonRecord(what + "." + name, map(name, value))));
    return result;
  }

  /** As {@link #recordFields} for values that are arrays of objects. */
  Map<String, List<JsonRecord>> recordListFields() {
    Map<String, List<JsonRecord>> result = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          List<JsonRecord> records = new ArrayList<>();
          for (Object element : as(name, List.class, value)) {
            records.add(new JsonRecord(what + "." + name, map(name, element)));
          }
          result.put(name, records);
        });
    return result;
  }

  /** The value of an enum that is written in lower case. */
  static <E extends Enum<E>> E constant(String field, Class<E> type, String id) {
    for (E value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(id)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        field
            + " should be one of "
            + List.of(type.getEnumConstants())
            + ": was "
            + Text.quote(id));
  }

  Object require(String name) {
    Object value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException(what + " should have the field " + name);
    }
    return value;
  }

  private double toDouble(String name, Object value) {
    if (value instanceof String s) {
      return switch (s) {
        case "NaN" -> Double.NaN;
        case "Infinity" -> Double.POSITIVE_INFINITY;
        case "-Infinity" -> Double.NEGATIVE_INFINITY;
        default -> throw wrong(name, value);
      };
    }
    return as(name, Number.class, value).doubleValue();
  }

  private <T> T as(String name, Class<T> type, @Nullable Object value) {
    if (!type.isInstance(value)) {
      throw wrong(name, value);
    }
    return type.cast(value);
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> map(String name, @Nullable Object value) {
    return (Map<String, Object>) as(name, Map.class, value);
  }

  private IllegalArgumentException wrong(String name, @Nullable Object value) {
    return new IllegalArgumentException(
        what + "." + name + " has the wrong type: was " + Text.quote(String.valueOf(value)));
  }

  private static Map<String, Object> object(JsonParser in, Map<String, FieldReader> readers)
      throws IOException, InvalidEventException {
    Map<String, Object> fields = new LinkedHashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      JsonToken token = in.nextToken();
      FieldReader reader = readers.get(name);
      Object value = reader == null ? value(in, token) : reader.read(in);
      if (value != null) {
        fields.put(name, value);
      }
    }
    return fields;
  }

  private static @Nullable Object value(JsonParser in, JsonToken token)
      throws IOException, InvalidEventException {
    return switch (token) {
      case START_OBJECT -> object(in, Map.of());
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (JsonToken t = in.nextToken(); t != JsonToken.END_ARRAY; t = in.nextToken()) {
          elements.add(value(in, t));
        }
        yield elements;
      }
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
