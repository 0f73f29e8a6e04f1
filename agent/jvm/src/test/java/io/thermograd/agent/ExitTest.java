package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.EventReader;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer that ends without a word: the exit hook still sends what is queued and a RunFinished.
 */
class ExitTest {
  private static final int STEPS = 500;

  public static void main(String[] args) throws Exception {
    RunReporter reporter =
        RunReporter.start(
            RunStarted.newBuilder().setRunId("r").build(),
            new RecordingTransport(Path.of(args[0])),
            ReporterOptions.defaults());
    for (int i = 0; i < STEPS; i++) {
      reporter.report(StepEvent.newBuilder().setStep(i));
    }
  }

  @Test
  void aReporterLeftOpenIsClosedWhenTheJvmExits(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("run.tgr");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ExitTest.class.getName(),
                file.toString())
            .inheritIO()
            .start();
    assertThat(jvm.waitFor()).isZero();
    int steps = 0;
    Event last = Event.getDefaultInstance();
    try (EventReader reader = Recordings.open(file)) {
      for (Event event = reader.next(); event != null; event = reader.next()) {
        steps += event.hasStep() ? 1 : 0;
        last = event;
      }
    }
    assertThat(steps).isEqualTo(STEPS);
    assertThat(last.getRunFinished().getStatus()).isEqualTo(RunFinished.Status.STOPPED);
  }
}
