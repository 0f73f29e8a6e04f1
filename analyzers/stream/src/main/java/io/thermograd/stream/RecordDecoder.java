package io.thermograd.stream;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes events of records, and checks what only a record can get wrong: its size and its key. */
final class RecordDecoder {
  private static final int KEY_SHOWN = 64;

  private final FoldLimits limits;

  RecordDecoder(FoldLimits limits) {
    this.limits = limits;
  }

  Event decode(byte @Nullable [] key, byte @Nullable [] value) throws InvalidEventException {
    if (value == null) {
      throw new InvalidEventException(
          RejectionKind.MALFORMED, "value is missing: send an encoded event");
    }
    limits.requireEventSize(value.length);
    Event event = EventCodec.decode(value);
    requireKey(key, EventCodec.runId(event));
    return event;
  }

  static String message(InvalidEventException e) {
    String m = e.getMessage();
    return m == null ? e.kind().id() : m;
  }

  private static void requireKey(byte @Nullable [] key, String runId) throws InvalidEventException {
    String text = key == null ? null : new String(key, StandardCharsets.UTF_8);
    if (!runId.equals(text)) {
      throw new InvalidEventException(
          RejectionKind.INVALID,
          "record key "
              + (text == null ? "is missing" : "'" + abbreviate(text) + "'")
              + " but run_id is '"
              + runId
              + "': key every record by its run_id, or the run is torn apart over partitions");
    }
  }

  private static String abbreviate(String s) {
    return s.length() <= KEY_SHOWN ? s : s.substring(0, KEY_SHOWN) + "…";
  }
}
