package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.proto.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RoundTripTest {

  @Property(tries = 500)
  void protobuf(@ForAll long seed) throws InvalidEventException {
    Event e = new RandomEvents(seed).next();
    assertThat(EventCodec.decode(EventCodec.encode(e))).isEqualTo(e);
  }

  @Property(tries = 500)
  void json(@ForAll long seed) throws InvalidEventException {
    Event e = new RandomEvents(seed).next();
    String line = EventJson.write(e);
    assertThat(line).doesNotContain("\n");
    Event back = EventJson.parse(line);
    assertThat(back).isEqualTo(GoldenEvents.asFloat32(e));
    assertThat(EventJson.write(back)).isEqualTo(line);
  }

  @Property(tries = 50)
  void recordings(@ForAll long seed) throws Exception {
    RandomEvents random = new RandomEvents(seed);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add(random.next());
    }
    ByteArrayOutputStream tgr = new ByteArrayOutputStream();
    ByteArrayOutputStream jsonLines = new ByteArrayOutputStream();
    try (EventWriter a = Recordings.tgr(tgr);
        EventWriter b = Recordings.jsonLines(jsonLines)) {
      for (Event e : events) {
        a.write(e);
        b.write(e);
      }
    }
    assertThat(readAll(tgr.toByteArray())).isEqualTo(events);
    assertThat(readAll(jsonLines.toByteArray()))
        .isEqualTo(events.stream().map(GoldenEvents::asFloat32).toList());
  }

  private static List<Event> readAll(byte[] recording) throws Exception {
    List<Event> events = new ArrayList<>();
    try (EventReader reader = Recordings.open(new ByteArrayInputStream(recording))) {
      for (Event e = reader.next(); e != null; e = reader.next()) {
        events.add(e);
      }
    }
    return events;
  }
}
