package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import io.thermograd.wire.proto.Vector;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Any message of the schema as JSON, in the order of the field numbers. Numbers without presence
 * are always written; empty strings, lists and maps and unspecified enums never.
 */
final class MessageJsonWriter {
  private MessageJsonWriter() {}

  static void write(JsonGenerator out, Message message) throws IOException {
    out.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (isWritten(message, field)) {
        writeField(out, message, field);
      }
    }
    out.writeEndObject();
  }

  private static boolean isWritten(Message message, FieldDescriptor field) {
    if (field.isRepeated()) {
      return message.getRepeatedFieldCount(field) > 0;
    }
    if (field.hasPresence()) {
      return message.hasField(field);
    }
    return switch (field.getJavaType()) {
      case STRING -> !((String) message.getField(field)).isEmpty();
      case ENUM -> ((EnumValueDescriptor) message.getField(field)).getNumber() != 0;
      default -> true;
    };
  }

  /** The name and the value of one field. */
  static void writeField(JsonGenerator out, Message message, FieldDescriptor field)
      throws IOException {
    out.writeFieldName(field.getName());
    Object value = message.getField(field);
    if (field.isMapField()) {
      writeMap(out, field, (List<?>) value);
    } else if (field.isRepeated()) {
      out.writeStartArray();
      for (Object element : (List<?>) value) {
        writeValue(out, field, element);
      }
      out.writeEndArray();
    } else {
      writeValue(out, field, value);
    }
  }

  private static void writeMap(JsonGenerator out, FieldDescriptor field, List<?> entries)
      throws IOException {
    // A protobuf map has no order of its own; sorted keys make equal events equal lines.
    TreeMap<String, Object> sorted = new TreeMap<>();
    for (Object entry : entries) {
      sorted.put(
          String.valueOf(((MapEntry<?, ?>) entry).getKey()), ((MapEntry<?, ?>) entry).getValue());
    }
    FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
    out.writeStartObject();
    for (var entry : sorted.entrySet()) {
      out.writeFieldName(entry.getKey());
      writeValue(out, valueField, entry.getValue());
    }
    out.writeEndObject();
  }

  private static void writeValue(JsonGenerator out, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getType()) {
      case STRING -> out.writeString((String) value);
      case DOUBLE -> out.writeNumber((Double) value);
      case FLOAT -> out.writeNumber((Float) value);
      case BOOL -> out.writeBoolean((Boolean) value);
      case UINT32, FIXED32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
      case INT32, SINT32, SFIXED32 -> out.writeNumber((Integer) value);
      case UINT64, FIXED64 -> out.writeNumber(Long.toUnsignedString((Long) value));
      case INT64, SINT64, SFIXED64 -> out.writeNumber((Long) value);
      case ENUM -> writeEnum(out, (EnumValueDescriptor) value);
      case MESSAGE -> {
        if (value instanceof Vector vector) {
          writeVector(out, vector);
        } else {
          write(out, (Message) value);
        }
      }
      case BYTES, GROUP ->
          throw new IllegalStateException("schema has no JSON form for " + field.getFullName());
    }
  }

  private static void writeEnum(JsonGenerator out, EnumValueDescriptor value) throws IOException {
    // A value that a newer sender knows has no name here; its number keeps it.
    if (value.getType().findValueByNumber(value.getNumber()) == null) {
      out.writeNumber(value.getNumber());
    } else {
      out.writeString(value.getName().toLowerCase(Locale.ROOT));
    }
  }

  private static void writeVector(JsonGenerator out, Vector vector) throws IOException {
    out.writeStartArray();
    for (float x : Vectors.toFloats(vector)) {
      out.writeNumber(x);
    }
    out.writeEndArray();
  }
}
