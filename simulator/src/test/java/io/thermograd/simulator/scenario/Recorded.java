package io.thermograd.simulator.scenario;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** One execution of a scenario: its events and its truth. */
record Recorded(List<Event> events, Truth truth) {

  /** The scenario of that name as it usually is. */
  static Recorded of(String name, long seed) throws IOException {
    return of(Scenarios.named(name).orElseThrow().simulation(seed));
  }

  /** The same, cut short. */
  static Recorded of(String name, long seed, long steps) throws IOException {
    return of(Scenarios.named(name).orElseThrow().simulation(new Setup(seed, name, steps)));
  }

  static Recorded of(Simulation simulation) throws IOException {
    List<Event> events = new ArrayList<>();
    Truth truth = simulation.emit(events::add, Simulation.clock(), () -> false);
    return new Recorded(events, truth);
  }

  List<StepEvent> steps() {
    return events.stream().filter(Event::hasStep).map(Event::getStep).toList();
  }

  /** Of every byte, those of the truth included. */
  String digest() throws IOException, NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    for (Event event : events) {
      sha.update(EventCodec.encode(event));
    }
    sha.update(json().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha.digest());
  }

  String json() throws IOException {
    StringWriter text = new StringWriter();
    TruthJson.write(truth, text);
    return text.toString();
  }
}
