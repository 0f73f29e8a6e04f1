package io.thermograd.app;

import io.thermograd.wire.EventRules;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/** Names for runs that are started here. */
final class RunIds {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("MMdd-HHmmss");

  private RunIds() {}

  /** A name of its own: topics hold earlier runs, too. */
  static String stamped(String name) {
    return name + "-" + STAMP.format(LocalDateTime.now());
  }

  /** Fails unless every reader accepts the name. */
  static void require(String option, String runId) {
    try {
      EventRules.check(
          Event.newBuilder().setRunStarted(RunStarted.newBuilder().setRunId(runId)).build());
    } catch (InvalidEventException e) {
      throw new Failure(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }
}
