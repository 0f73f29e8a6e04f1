package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import org.junit.jupiter.api.Test;

class EventCodecTest {

  @Test
  void otherBytesAreMalformed() {
    var thrown = rejected(new byte[] {0x0a, 0x7f, 0x01});
    assertThat(thrown.kind()).isEqualTo(RejectionKind.MALFORMED);
    assertThat(thrown)
        .hasMessageStartingWith("event of 3 bytes is no protobuf thermograd.v1.Event");
  }

  @Test
  void nothingIsInvalid() {
    assertThat(rejected(new byte[0]).kind()).isEqualTo(RejectionKind.INVALID);
  }

  @Test
  void unknownPayloadIsOfANewerVersion() {
    var payload =
        UnknownFieldSet.newBuilder()
            .addField(
                9, UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build())
            .build();
    var thrown = rejected(Event.newBuilder().setUnknownFields(payload).build().toByteArray());
    assertThat(thrown.kind()).isEqualTo(RejectionKind.UNSUPPORTED_VERSION);
    assertThat(thrown).hasMessageContaining("[9]");
  }

  @Test
  void unknownFieldsArePassedOver() throws InvalidEventException {
    var more =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    Event e =
        Event.newBuilder()
            .setStep(StepEvent.newBuilder().setRunId("a").setStep(7).setUnknownFields(more))
            .build();
    assertThat(EventCodec.decode(EventCodec.encode(e)).getStep().getStep()).isEqualTo(7);
  }

  @Test
  void tooLargeIsRefusedUnread() {
    var thrown = rejected(new byte[EventCodec.MAX_EVENT_BYTES + 1]);
    assertThat(thrown.kind()).isEqualTo(RejectionKind.OVERSIZED);
    assertThat(thrown).hasMessageContaining("33554432").hasMessageContaining("33554433");
  }

  @Test
  void runIdOfEveryPayload() {
    assertThat(EventCodec.runId(Event.getDefaultInstance())).isEmpty();
    Event.Builder e = Event.newBuilder();
    assertThat(EventCodec.runId(e.setRunStarted(RunStarted.newBuilder().setRunId("a")).build()))
        .isEqualTo("a");
    assertThat(EventCodec.runId(e.setStep(StepEvent.newBuilder().setRunId("b")).build()))
        .isEqualTo("b");
    assertThat(EventCodec.runId(e.setRunFinished(RunFinished.newBuilder().setRunId("c")).build()))
        .isEqualTo("c");
  }

  private static InvalidEventException rejected(byte[] bytes) {
    return assertThrows(InvalidEventException.class, () -> EventCodec.decode(bytes));
  }
}
