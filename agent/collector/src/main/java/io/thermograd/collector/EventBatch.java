package io.thermograd.collector;

import com.google.protobuf.CodedInputStream;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.EventJson;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The events of one request, in its order, and those of them that cannot be used.
 *
 * @param events for the topic, checked by {@link io.thermograd.wire.EventRules}
 * @param rejections by index
 */
record EventBatch(List<Outgoing> events, List<Rejection> rejections) {

  /** How a request's body holds its events. */
  enum Form {
    /** Protobuf, each event behind its length as a varint: what a recording holds within zstd. */
    DELIMITED,
    JSON_LINES
  }

  /**
   * An event on its way to the topic.
   *
   * @param index its place in the request, from 0
   * @param line its line in JSON Lines, 0 in protobuf
   * @param value the record's value; not copied, and not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Outgoing(int index, int line, String runId, byte[] value) {}

  /** Events of either kind. */
  int size() {
    return events.size() + rejections.size();
  }

  /**
   * Reads a body. An event that breaks a rule is rejected and the next one read; broken framing
   * rejects what is left as one.
   */
  static EventBatch read(byte[] body, Form form) {
    Reader reader = new Reader(body);
    return form == Form.DELIMITED ? reader.delimited() : reader.lines();
  }

  private static final class Reader {
    private final byte[] body;
    private final List<Outgoing> events = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private int index;

    Reader(byte[] body) {
      this.body = body;
    }

    EventBatch delimited() {
      CodedInputStream in = CodedInputStream.newInstance(body);
      try {
        while (!in.isAtEnd()) {
          // Unsigned: what is beyond the body is refused below, whatever its size.
          long length = Integer.toUnsignedLong(in.readRawVarint32());
          int from = in.getTotalBytesRead();
          if (length > body.length - from) {
            reject(
                0,
                RejectionKind.MALFORMED,
                "an event of "
                    + length
                    + " bytes is announced and "
                    + (body.length - from)
                    + " follow; send each event whole, behind its length as a varint");
            break;
          }
          byte[] value = Arrays.copyOfRange(body, from, from + (int) length);
          in.skipRawBytes((int) length);
          try {
            events.add(new Outgoing(index, 0, EventCodec.runId(EventCodec.decode(value)), value));
          } catch (InvalidEventException e) {
            reject(0, e);
          }
          index++;
        }
      } catch (IOException e) {
        reject(
            0,
            RejectionKind.MALFORMED,
            "what follows is no event's length; send each event behind its length as a varint");
      }
      return new EventBatch(events, rejections);
    }

    EventBatch lines() {
      int line = 0;
      for (int from = 0; from < body.length; ) {
        int to = from;
        while (to < body.length && body[to] != '\n') {
          to++;
        }
        line++;
        if (!isBlank(from, to)) {
          try {
            Event event = EventJson.parse(body, from, to - from);
            events.add(
                new Outgoing(index, line, EventCodec.runId(event), EventCodec.encode(event)));
          } catch (InvalidEventException e) {
            reject(line, e);
          }
          index++;
        }
        from = to + 1;
      }
      return new EventBatch(events, rejections);
    }

    private boolean isBlank(int from, int to) {
      for (int i = from; i < to; i++) {
        if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
          return false;
        }
      }
      return true;
    }

    private void reject(int line, InvalidEventException e) {
      reject(line, e.kind(), String.valueOf(e.getMessage()));
    }

    private void reject(int line, RejectionKind kind, String reason) {
      rejections.add(new Rejection(index, line, kind, reason));
    }
  }
}
