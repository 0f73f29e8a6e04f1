package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.thermograd.wire.proto.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Pins the bytes. The files are written by {@code src/test/python/golden.py}, which uses none of
 * this code and no protobuf library; its {@code --check} compared events.bin with Google's Python
 * protobuf 4.21.12. The bytes of {@code .tgr} are pinned behind zstd, whose versions differ.
 */
class GoldenTest {

  @Test
  void protobufBytes() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (Event e : GoldenEvents.ALL) {
      byte[] bytes = EventCodec.encode(e);
      stream.write(lengthPrefix(bytes.length));
      stream.write(bytes);
    }
    assertThat(stream.toByteArray()).isEqualTo(golden("events.bin"));
  }

  @Test
  void recordingHoldsTheSameStream() throws IOException {
    ByteArrayOutputStream recording = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.tgr(recording)) {
      for (Event e : GoldenEvents.ALL) {
        writer.write(e);
      }
    }
    try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(recording.toByteArray()))) {
      assertThat(in.readAllBytes()).isEqualTo(golden("events.bin"));
    }
  }

  @Test
  void recordingOfAnotherWriterIsRead() throws Exception {
    assertThat(readAll("events.tgr")).isEqualTo(GoldenEvents.ALL);
  }

  @Test
  void jsonLines() throws Exception {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try (EventWriter writer = Recordings.jsonLines(lines)) {
      for (Event e : GoldenEvents.ALL) {
        writer.write(e);
      }
    }
    assertThat(lines.toString(StandardCharsets.UTF_8)).isEqualTo(goldenText("events.jsonl"));
    assertThat(readAll("events.jsonl"))
        .isEqualTo(GoldenEvents.ALL.stream().map(GoldenEvents::asFloat32).toList());
  }

  @Test
  void linesThatPythonPrintsAreRead() throws Exception {
    assertThat(readAll("python.jsonl"))
        .isEqualTo(GoldenEvents.ALL.stream().map(GoldenEvents::asFloat32).toList());
  }

  @Test
  void insight() throws IOException {
    assertThat(OutputJson.write(GoldenEvents.INSIGHT) + "\n").isEqualTo(goldenText("insight.json"));
    assertThat(OutputJson.parseInsight(goldenText("insight.json"))).isEqualTo(GoldenEvents.INSIGHT);
    assertThat(OutputJson.write(GoldenEvents.BARE_INSIGHT) + "\n")
        .isEqualTo(goldenText("insight_bare.json"));
    assertThat(OutputJson.parseInsight(goldenText("insight_bare.json")))
        .isEqualTo(GoldenEvents.BARE_INSIGHT);
  }

  @Test
  void anAlertWithoutAStateHasJustOpened() throws IOException {
    Alert bare = OutputJson.parseAlert(goldenText("alert_bare.json"));
    assertThat(bare.state()).isEqualTo(Alert.State.OPENED);
    assertThat(bare.openedAt()).isEqualTo(3004);
    assertThat(bare.title()).isEqualTo(GoldenEvents.ALERT.title());
  }

  @Test
  void alert() throws IOException {
    assertThat(OutputJson.write(GoldenEvents.ALERT) + "\n").isEqualTo(goldenText("alert.json"));
    assertThat(OutputJson.parseAlert(goldenText("alert.json"))).isEqualTo(GoldenEvents.ALERT);
  }

  @Test
  void run() throws IOException {
    assertThat(OutputJson.write(GoldenEvents.RUN) + "\n").isEqualTo(goldenText("run.json"));
    assertThat(OutputJson.parseRun(goldenText("run.json"))).isEqualTo(GoldenEvents.RUN);
  }

  private static List<Event> readAll(String name) throws Exception {
    byte[] file = golden(name);
    List<Event> events = new ArrayList<>();
    try (EventReader reader = Recordings.open(new ByteArrayInputStream(file))) {
      for (Event e = reader.next(); e != null; e = reader.next()) {
        events.add(e);
      }
      assertThat(reader.position()).isEqualTo(file.length);
    }
    return events;
  }

  private static byte[] lengthPrefix(int length) {
    return length < 128
        ? new byte[] {(byte) length}
        : new byte[] {(byte) ((length & 0x7f) | 0x80), (byte) (length >>> 7)};
  }

  private static String goldenText(String name) throws IOException {
    return new String(golden(name), StandardCharsets.UTF_8);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(GoldenTest.class.getResourceAsStream("/golden/" + name))) {
      return in.readAllBytes();
    }
  }
}
