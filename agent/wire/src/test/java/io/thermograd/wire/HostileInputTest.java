package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.proto.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Whatever comes in, nothing but the declared exceptions comes out, each with one line to read. */
class HostileInputTest {
  private static final int MAX_EXPANSION = 1 << 17;

  @Property(tries = 2000)
  void randomBytes(@ForAll @Size(max = 200) byte[] bytes) throws IOException {
    decode(bytes);
    parse(new String(bytes, StandardCharsets.ISO_8859_1));
    readAll(bytes);
  }

  @Property(tries = 1000)
  void randomLines(@ForAll String line) {
    parse(line);
    parse("{\"step\":{\"run_id\":\"" + line);
  }

  @Property(tries = 2000)
  void mutatedProtobuf(@ForAll long seed) {
    decode(mutated(EventCodec.encode(new RandomEvents(seed).next()), seed));
  }

  @Property(tries = 2000)
  void mutatedJson(@ForAll long seed) {
    byte[] line = EventJson.write(new RandomEvents(seed).next()).getBytes(StandardCharsets.UTF_8);
    byte[] mutated = mutated(line, seed);
    parse(new String(mutated, StandardCharsets.UTF_8));
    try {
      EventJson.parse(mutated, 0, mutated.length);
    } catch (InvalidEventException e) {
      assertReadable(e);
    }
  }

  @Property(tries = 300)
  void mutatedRecordings(@ForAll long seed) throws IOException {
    RandomEvents random = new RandomEvents(seed);
    ByteArrayOutputStream tgr = new ByteArrayOutputStream();
    ByteArrayOutputStream jsonLines = new ByteArrayOutputStream();
    try (EventWriter a = Recordings.tgr(tgr);
        EventWriter b = Recordings.jsonLines(jsonLines)) {
      for (int i = 0; i < 5; i++) {
        Event e = random.next();
        a.write(e);
        b.write(e);
      }
    }
    readAll(mutated(tgr.toByteArray(), seed));
    readAll(mutated(jsonLines.toByteArray(), seed));
  }

  /** Found by chance: a block that a flipped bit made longer than the recording itself. */
  @Example
  void aBlockThatGrew() throws IOException {
    mutatedRecordings(807145);
  }

  private static void decode(byte[] bytes) {
    try {
      EventCodec.decode(bytes);
    } catch (InvalidEventException e) {
      assertReadable(e);
    }
  }

  private static void parse(String line) {
    try {
      EventJson.parse(line);
    } catch (InvalidEventException e) {
      assertReadable(e);
    }
  }

  private static void readAll(byte[] recording) throws IOException {
    try (EventReader reader = open(recording)) {
      // Each decompressed byte starts at most one event or error, and an IOException comes once. A
      // flipped bit can turn a short zstd block into a run of up to 128 KiB.
      for (long i = 0; i <= (long) recording.length * MAX_EXPANSION + 1; i++) {
        try {
          if (reader.next() == null) {
            return;
          }
        } catch (InvalidEventException | IOException e) {
          assertReadable(e);
        }
      }
    }
    throw new AssertionError("reader has no end");
  }

  private static EventReader open(byte[] recording) throws IOException {
    try {
      return Recordings.open(new ByteArrayInputStream(recording));
    } catch (IOException e) {
      assertReadable(e);
      return Recordings.open(new ByteArrayInputStream(new byte[0]));
    }
  }

  private static void assertReadable(Exception e) {
    assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(1500).doesNotContain("\n", "\r");
  }

  private static byte[] mutated(byte[] bytes, long seed) {
    Random random = new Random(~seed);
    byte[] result = bytes.clone();
    for (int i = 1 + random.nextInt(4); i > 0 && result.length > 0; i--) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(4)) {
        case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> result[at] = (byte) random.nextInt(256);
        case 2 -> result[at] = result[random.nextInt(result.length)];
        default -> result = Arrays.copyOf(result, at);
      }
    }
    return result;
  }
}
