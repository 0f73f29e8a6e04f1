package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.EventReader;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTransportTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"run.tgr", "run.jsonl"})
  void aReportedRunCanBeReadBack(String name) throws Exception {
    Path file = folder.resolve(name);
    Sketcher sketcher = Sketcher.of(5_000, 256, 7);
    float[] sketch = new float[sketcher.dim()];
    sketcher.sketch(SketcherTest.gaussian(5_000, 1), sketch);
    RunStarted started =
        RunStarted.newBuilder()
            .setRunId("r")
            .setStartedAt(1)
            .setParameterCount(5_000)
            .setSketchScheme(sketcher.scheme())
            .setSketchDim(sketcher.dim())
            .setSketchSeed(sketcher.seed())
            .build();
    RunReporter reporter =
        RunReporter.start(started, new RecordingTransport(file), ReporterOptions.defaults());
    reporter.report(
        StepEvent.newBuilder().setStep(3).setTime(2).setGradSketch(Vectors.float32(sketch)));
    reporter.finish(RunFinished.Status.COMPLETED);
    reporter.close();

    List<Event> events = new ArrayList<>();
    try (EventReader reader = Recordings.open(file)) {
      for (Event event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    assertThat(events).hasSize(3);
    assertThat(events.get(0).getRunStarted()).isEqualTo(started);
    assertThat(Vectors.toFloats(events.get(1).getStep().getGradSketch())).isEqualTo(sketch);
    assertThat(events.get(2).getRunFinished().getStatus()).isEqualTo(RunFinished.Status.COMPLETED);
    assertThat(reporter.dropped() + reporter.failed()).isZero();
  }

  @Test
  void aFileThatCannotBeWrittenIsSaidAtOnce() {
    assertThatThrownBy(() -> new RecordingTransport(folder.resolve("missing/run.tgr")))
        .isInstanceOf(IOException.class);
  }
}
