package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.thermograd.wire.proto.Vector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Any message of the schema from JSON: the inverse of {@link MessageJsonWriter}. One instance reads
 * one document.
 */
final class MessageJsonReader {
  /** What to do with a field that this version does not know. */
  enum Unknown {
    /** For what people write by hand: a misspelt field must not vanish. */
    REFUSE,
    /** For what this program wrote: a newer version may say more. */
    SKIP
  }

  private final JsonParser in;
  private final JsonScalars scalars;
  private final Unknown unknown;
  private float[] buffer = new float[1024];

  MessageJsonReader(JsonParser in, Unknown unknown) {
    this.in = in;
    this.scalars = new JsonScalars(in);
    this.unknown = unknown;
  }

  /** Fills {@code message} from the object whose opening brace is the current token. */
  void readInto(Message.Builder message) throws IOException, InvalidEventException {
    Descriptor type = message.getDescriptorForType();
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw scalars.mismatch("an object", "write it as {\"field\": value, …}");
    }
    BitSet seen = new BitSet();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      FieldDescriptor field = type.findFieldByName(name);
      if (field == null) {
        if (unknown == Unknown.REFUSE) {
          throw unknownField(type, name);
        }
        in.nextToken();
        in.skipChildren();
        continue;
      }
      if (seen.get(field.getIndex())) {
        throw scalars.malformed("is given twice; keep one");
      }
      seen.set(field.getIndex());
      if (in.nextToken() != JsonToken.VALUE_NULL) {
        readField(message, field);
      }
    }
  }

  private void readField(Message.Builder message, FieldDescriptor field)
      throws IOException, InvalidEventException {
    if (field.isMapField()) {
      readMap(message, field);
    } else if (field.isRepeated()) {
      if (in.currentToken() != JsonToken.START_ARRAY) {
        throw scalars.mismatch("an array", "put the values in [ ]");
      }
      while (in.nextToken() != JsonToken.END_ARRAY) {
        message.addRepeatedField(field, readValue(message, field));
      }
    } else {
      var oneof = field.getRealContainingOneof();
      if (oneof != null && message.hasOneof(oneof)) {
        var other = message.getOneofFieldDescriptor(oneof);
        throw scalars.malformed(
            "stands beside "
                + (other == null ? "another" : other.getName())
                + "; write one a line");
      }
      message.setField(field, readValue(message, field));
    }
  }

  private void readMap(Message.Builder message, FieldDescriptor field)
      throws IOException, InvalidEventException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw scalars.mismatch("an object", "write it as {\"name\": value, …}");
    }
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    Set<String> seen = new HashSet<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      if (!seen.add(name)) {
        throw scalars.malformed("is given twice; keep one");
      }
      if (in.nextToken() != JsonToken.VALUE_NULL) {
        Message.Builder entry = message.newBuilderForField(field);
        entry.setField(key, name);
        entry.setField(value, readValue(entry, value));
        message.addRepeatedField(field, entry.build());
      }
    }
  }

  private Object readValue(Message.Builder parent, FieldDescriptor field)
      throws IOException, InvalidEventException {
    return switch (field.getType()) {
      case STRING -> scalars.string();
      case DOUBLE -> scalars.number();
      case UINT32 -> (int) scalars.unsigned(32);
      case UINT64 -> scalars.unsigned(64);
      case ENUM -> scalars.constant(field.getEnumType());
      case MESSAGE -> {
        if (field.getMessageType().equals(Vector.getDescriptor())) {
          yield readVector();
        }
        Message.Builder child = parent.newBuilderForField(field);
        readInto(child);
        yield child.build();
      }
      default ->
          throw new IllegalStateException("schema has no JSON form for " + field.getFullName());
    };
  }

  private Vector readVector() throws IOException, InvalidEventException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw scalars.mismatch("an array of numbers", "put the elements in [ ]");
    }
    int n = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (n == buffer.length) {
        buffer = Arrays.copyOf(buffer, 2 * n);
      }
      buffer[n++] = scalars.element();
    }
    byte[] bytes = new byte[n * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(buffer, 0, n);
    return Vector.newBuilder().setFloat32(UnsafeByteOperations.unsafeWrap(bytes)).build();
  }

  private InvalidEventException unknownField(Descriptor type, String name) {
    var known = type.getFields().stream().map(FieldDescriptor::getName).toList();
    return Spelling.nearest(name, known)
        .map(near -> scalars.malformed("is no known field; did you mean " + Text.quote(near) + "?"))
        .orElseGet(
            () ->
                scalars.malformed(
                    "is no known field; remove it, or upgrade if a newer version wrote it (known: "
                        + String.join(", ", known)
                        + ")"));
  }
}
