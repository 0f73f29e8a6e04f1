package io.thermograd.collector;

import io.thermograd.wire.EventJson;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Events and bodies for tests; bodies are framed by protobuf's own library. */
final class Samples {
  private Samples() {}

  static Event started(String run) {
    return Event.newBuilder()
        .setRunStarted(RunStarted.newBuilder().setRunId(run).setStartedAt(1_000))
        .build();
  }

  static Event step(String run, long step) {
    return Event.newBuilder()
        .setStep(StepEvent.newBuilder().setRunId(run).setStep(step).setTime(1_000).setLoss(0.5))
        .build();
  }

  /** Breaks the rule that a learning rate is not negative. */
  static Event wrong(String run) {
    return Event.newBuilder()
        .setStep(StepEvent.newBuilder().setRunId(run).setTime(1_000).setLearningRate(-1))
        .build();
  }

  static byte[] delimited(Event... events) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (Event event : events) {
        event.writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] lines(Event... events) {
    return Arrays.stream(events)
        .map(EventJson::write)
        .collect(Collectors.joining("\n"))
        .getBytes(StandardCharsets.UTF_8);
  }
}
