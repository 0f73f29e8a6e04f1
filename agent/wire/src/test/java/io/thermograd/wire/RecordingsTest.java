package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.StepEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingsTest {

  /** What a reader said until its end: events, and the messages of its exceptions. */
  private record Heard(List<Event> events, List<String> errors) {}

  @ParameterizedTest
  @ValueSource(strings = {"a.tgr", "a.jsonl", "noending"})
  void fileByItsName(String name, @TempDir Path folder) throws Exception {
    Path file = folder.resolve(name);
    try (EventWriter writer = Recordings.create(file)) {
      for (int i = 0; i < 100; i++) {
        writer.write(step(i, 50));
      }
    }
    assertThat((char) Files.readAllBytes(file)[0] == '{').isEqualTo(name.endsWith(".jsonl"));
    try (EventReader reader = Recordings.open(file)) {
      long before = 0;
      for (int i = 0; i < 100; i++) {
        assertThat(reader.next()).isEqualTo(step(i, 50));
        assertThat(reader.position()).isBetween(before, Files.size(file));
        before = reader.position();
      }
      assertThat(reader.next()).isNull();
      assertThat(reader.position()).isEqualTo(Files.size(file));
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void framesMayBeConcatenated() throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tgr(step(0, 3), step(1, 3)));
    all.write(tgr());
    all.write(tgr(step(2, 3)));
    assertThat(hear(all.toByteArray()).events())
        .containsExactly(step(0, 3), step(1, 3), step(2, 3));
  }

  /** Every event is flushed here, so whatever lies whole before the cut has to come back. */
  @Test
  void cutOffAnywhereGivesTheWholeEventsAndOneError() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    List<Integer> ends = new ArrayList<>();
    try (EventWriter writer = Recordings.tgr(file)) {
      for (int i = 0; i < 5; i++) {
        writer.write(step(i, 20));
        writer.flush();
        ends.add(file.size());
      }
    }
    byte[] whole = file.toByteArray();
    for (int length = 2; length < whole.length; length++) {
      int cut = length;
      Heard heard = hear(Arrays.copyOf(whole, cut));
      assertThat(heard.events()).hasSize((int) ends.stream().filter(end -> end <= cut).count());
      assertThat(heard.errors()).hasSize(1);
      assertThat(heard.errors().get(0))
          .startsWith(
              "EOFException: recording is cut off after " + heard.events().size() + " event")
          .contains("and " + cut + " bytes");
    }
  }

  @Test
  void emptyFilesHoldNothing() throws Exception {
    assertThat(hear(new byte[0])).isEqualTo(new Heard(List.of(), List.of()));
    assertThat(hear(tgr())).isEqualTo(new Heard(List.of(), List.of()));
  }

  @Test
  void startsAndEndsOfRunsReachTheFileAtOnce() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.tgr(file)) {
      Event end = Event.newBuilder().setRunFinished(RunFinished.newBuilder().setRunId("a")).build();
      writer.write(step(0, 3));
      writer.write(end);
      assertThat(hear(file.toByteArray()).events()).containsExactly(step(0, 3), end);
    }
  }

  @Test
  void aKilledWriterLosesAQuarterOfAMegabyteAtMost() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.tgr(file)) {
      for (int i = 0; i < 100; i++) {
        writer.write(step(i, 2500)); // 10 kB each
      }
      // 256 KiB of 10 kB events are 27 at most.
      assertThat(hear(file.toByteArray()).events()).hasSizeBetween(100 - 27, 100);
    }
  }

  @Test
  void badEventInTheMiddleIsSkipped() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    step(0, 3).writeDelimitedTo(stream);
    stream.write(new byte[] {3, 0x0a, 0x7f, 1}); // three bytes that are no event
    step(1, 0).toBuilder().setSchemaVersion(9).build().writeDelimitedTo(stream);
    step(2, 3).writeDelimitedTo(stream);
    Heard heard = hear(Zstd.compress(stream.toByteArray()));
    assertThat(heard.events()).containsExactly(step(0, 3), step(2, 3));
    assertThat(heard.errors()).hasSize(2);
    assertThat(heard.errors().get(0)).startsWith("MALFORMED: event 2: event of 3 bytes is no");
    assertThat(heard.errors().get(1)).startsWith("UNSUPPORTED_VERSION: event 3: schema_version");
  }

  @Test
  void oversizedEventIsSkippedWithoutRoomForIt() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    step(0, 3).writeDelimitedTo(stream);
    stream.write(new byte[] {(byte) 0x81, (byte) 0x80, (byte) 0x80, 0x10}); // 2²⁵ + 1
    stream.write(new byte[EventCodec.MAX_EVENT_BYTES + 1]);
    step(1, 3).writeDelimitedTo(stream);
    Heard heard = hear(Zstd.compress(stream.toByteArray()));
    assertThat(heard.events()).containsExactly(step(0, 3), step(1, 3));
    assertThat(heard.errors()).hasSize(1);
    assertThat(heard.errors().get(0))
        .startsWith("OVERSIZED: event 2: event should have at most 33554432 bytes: has 33554433");
  }

  @Test
  void corruptLengthsEndTheRecordingAndNoMemory() throws Exception {
    byte[] tooLong = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f, 1, 2};
    byte[] noLength = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1};
    assertThat(hear(Zstd.compress(tooLong)).errors())
        .singleElement()
        .asString()
        .startsWith("IOException: recording is damaged after 0 events")
        .contains("an event of 34359738367 bytes is announced");
    assertThat(hear(Zstd.compress(noLength)).errors())
        .singleElement()
        .asString()
        .contains("what follows is no event's length");
  }

  @Test
  void flippedBitIsDamageAndNotACut() throws Exception {
    byte[] file = tgr(step(0, 300), step(1, 300));
    file[file.length - 2] ^= 1; // in the frame's checksum
    Heard heard = hear(file);
    assertThat(heard.errors()).singleElement().asString().contains("recording is damaged");
  }

  @Test
  void badLinesAreSkippedWithTheirNumbers() throws Exception {
    String good = EventJson.write(step(1, 2));
    String text = "\uFEFF" + good + "\r\n\n  \t\noops\n" + good + "\n{\"step\":{\"run_id\":\"a\"";
    Heard heard = hear(text.getBytes(StandardCharsets.UTF_8));
    assertThat(heard.events()).containsExactly(step(1, 2), step(1, 2));
    assertThat(heard.errors()).hasSize(2);
    assertThat(heard.errors().get(0)).startsWith("MALFORMED: line 4: line is no JSON");
    assertThat(heard.errors().get(1))
        .startsWith("MALFORMED: line 6: line is no JSON")
        .endsWith("the line has no line break: its writer was perhaps killed");
  }

  @Test
  void lastLineMayLackItsLineBreak() throws Exception {
    byte[] text = EventJson.write(step(3, 2)).getBytes(StandardCharsets.UTF_8);
    assertThat(hear(text)).isEqualTo(new Heard(List.of(step(3, 2)), List.of()));
  }

  @Test
  void longLinesAndManyLines() throws Exception {
    List<Event> events = List.of(step(0, 30_000), step(1, 1), step(2, 30_000));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.jsonLines(file)) {
      for (Event e : events) {
        writer.write(e);
      }
    }
    assertThat(hear(file.toByteArray())).isEqualTo(new Heard(events, List.of()));
  }

  /** 200,000 bytes are more than the reader's buffer; the limit here is 1,000. */
  @ParameterizedTest
  @ValueSource(ints = {1001, 70_000, 200_000})
  void lineBeyondTheLimitIsSkipped(int length) throws Exception {
    String good = EventJson.write(step(1, 2));
    String text = good + "\n" + "x".repeat(length) + "\n" + good + "\n" + "y".repeat(length);
    var source = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    Heard heard = hear(new JsonLinesReader(source, 1000));
    assertThat(heard.events()).containsExactly(step(1, 2), step(1, 2));
    assertThat(heard.errors()).hasSize(2);
    assertThat(heard.errors().get(0))
        .startsWith("OVERSIZED: line 2: should have at most 1000 bytes");
    assertThat(heard.errors().get(1)).startsWith("OVERSIZED: line 4");
  }

  @Test
  void whatIsNeitherFormIsNamedUnlessATrainerPrintsIt(@TempDir Path dir) throws IOException {
    byte[] junk = {'P', 'K', 3, 4, 10};
    Path named = Files.write(dir.resolve("run.tgr"), junk);
    assertThatThrownBy(() -> Recordings.open(named))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its first bytes are those of neither; record it again");
    // Lines that are no JSON are counted, one by one.
    Recordings.open(new ByteArrayInputStream(junk)).close();
    Recordings.open(Files.write(dir.resolve("printed.tgr"), new byte[] {'\n', '{', '}'})).close();
  }

  @Test
  void gzipIsNamed() {
    byte[] gzip = {0x1f, (byte) 0x8b, 8, 0};
    assertThatThrownBy(() -> Recordings.open(new ByteArrayInputStream(gzip)))
        .hasMessageContaining("is gzip; unpack it");
  }

  @Test
  void writerRefusesWhatNoReaderTakes() throws IOException {
    try (EventWriter writer = Recordings.tgr(new ByteArrayOutputStream())) {
      Event large = step(0, EventCodec.MAX_EVENT_BYTES / Float.BYTES);
      assertThatThrownBy(() -> writer.write(large))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("at most 33554432 bytes");
    }
  }

  private static Heard hear(byte[] recording) throws IOException {
    return hear(Recordings.open(new ByteArrayInputStream(recording)));
  }

  private static Heard hear(EventReader source) throws IOException {
    List<Event> events = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    try (EventReader reader = source) {
      while (true) {
        try {
          Event e = reader.next();
          if (e == null) {
            return new Heard(events, errors);
          }
          events.add(e);
        } catch (InvalidEventException e) {
          errors.add(e.kind() + ": " + e.getMessage());
        } catch (EOFException e) {
          errors.add("EOFException: " + e.getMessage());
        } catch (IOException e) {
          errors.add("IOException: " + e.getMessage());
        }
      }
    }
  }

  private static byte[] tgr(Event... events) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.tgr(file)) {
      for (Event e : events) {
        writer.write(e);
      }
    }
    return file.toByteArray();
  }

  /** Pseudo-random sketches, so that zstd cannot make events vanish. */
  private static Event step(int step, int dim) {
    StepEvent.Builder s = StepEvent.newBuilder().setRunId("a").setStep(step);
    if (dim > 0) {
      Random random = new Random(step);
      float[] x = new float[dim];
      for (int i = 0; i < dim; i++) {
        x[i] = (float) random.nextGaussian();
      }
      s.setGradSketch(Vectors.float32(x));
    }
    return Event.newBuilder().setStep(s).build();
  }
}
