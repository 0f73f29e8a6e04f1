package io.thermograd.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.thermograd.wire.proto.Event;
import java.io.IOException;

/** Events to and from the bytes of a Kafka record. Stateless. */
public final class EventCodec {
  /** The newest schema that this code understands. */
  public static final int SCHEMA_VERSION = 1;

  /** Bytes that one encoded event may have at most: 32 MiB. */
  public static final int MAX_EVENT_BYTES = 32 << 20;

  private EventCodec() {}

  /** The protobuf encoding. Does not check the rules; see {@link EventRules}. */
  public static byte[] encode(Event event) {
    return event.toByteArray();
  }

  /**
   * Decodes one event and checks its rules. Vectors are views of {@code bytes} (sketches are most
   * of an event and are copied once only, into the estimators), so {@code bytes} must not change
   * afterwards. Fields that this version does not know are passed over.
   *
   * @throws InvalidEventException and nothing else, whatever {@code bytes} holds
   */
  public static Event decode(byte[] bytes) throws InvalidEventException {
    if (bytes.length > MAX_EVENT_BYTES) {
      throw oversized(bytes.length);
    }
    Event event;
    try {
      // Only a stream over an immutable ByteString honours aliasing.
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      in.enableAliasing(true);
      event = Event.parseFrom(in);
      in.checkLastTagWas(0);
    } catch (IOException e) {
      throw malformed(bytes.length, e);
    }
    EventRules.check(event);
    return event;
  }

  /** The run an event belongs to; empty for an event without payload. */
  public static String runId(Event event) {
    return switch (event.getPayloadCase()) {
      case RUN_STARTED -> event.getRunStarted().getRunId();
      case STEP -> event.getStep().getRunId();
      case RUN_FINISHED -> event.getRunFinished().getRunId();
      case PAYLOAD_NOT_SET -> "";
    };
  }

  static InvalidEventException oversized(long bytes) {
    return new InvalidEventException(
        RejectionKind.OVERSIZED,
        "event should have at most "
            + MAX_EVENT_BYTES
            + " bytes: has "
            + bytes
            + "; send sketches of a smaller dimension");
  }

  private static InvalidEventException malformed(int length, IOException e) {
    return new InvalidEventException(
        RejectionKind.MALFORMED,
        "event of "
            + length
            + " bytes is no protobuf thermograd.v1.Event ("
            + Text.oneLine(e.getMessage())
            + "); check what writes to this topic or file",
        e);
  }
}
