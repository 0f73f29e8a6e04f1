package io.thermograd.accuracy.jury;

import io.thermograd.accuracy.jury.AlarmTally.Stretch;
import io.thermograd.accuracy.peer.PeerRule;
import io.thermograd.wire.EventReader;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run before all witnesses: ours, and the rules of others. */
public record Trial(Labels labels, Testimony ours, Map<String, Testimony> peers) {
  private static final List<String> FATAL = List.of("divergence", "nan");

  /** Shows a recording to all. */
  public static Trial of(Path recording, Labels labels) throws IOException {
    Bench bench = new Bench(labels.run());
    try (EventReader reader = Recordings.open(recording)) {
      for (Event event = reader.next(); event != null; event = reader.next()) {
        bench.accept(event);
      }
    } catch (InvalidEventException e) {
      throw new IOException(recording + " holds an event that is not one: " + e.getMessage(), e);
    }
    return bench.trial(labels);
  }

  /** All witnesses of one run. */
  public static final class Bench {
    private final Witness ours;
    private final Map<String, Witness> peers = new LinkedHashMap<>();

    public Bench(String runId) {
      ours = Witness.ours(runId);
      PeerRule.growth().forEach((name, rule) -> peers.put(name, Witness.peer(rule.get())));
      PeerRule.flatness().forEach((name, rule) -> peers.put(name, Witness.peer(rule.get())));
    }

    /** Shows the next event to all. */
    public void accept(Event event) {
      ours.accept(event);
      peers.values().forEach(peer -> peer.accept(event));
    }

    /** With what turned out to be true. */
    public Trial trial(Labels labels) {
      Map<String, Testimony> said = new LinkedHashMap<>();
      peers.forEach((name, witness) -> said.put(name, witness.testimony()));
      return new Trial(labels, ours.testimony(), said);
    }
  }

  /** Where an alarm of growth is right: from a divergence or a NaN to the end. */
  public List<Stretch> fatal() {
    return FATAL.stream()
        .flatMap(kind -> labels.first(kind).stream().boxed())
        .map(step -> new Stretch(step, labels.steps()))
        .toList();
  }

  /**
   * Where it is neither right nor wrong to warn: in a spike until it is back, and behind a jump
   * from which the loss does not come back.
   */
  public List<Stretch> upheavals() {
    List<Stretch> stretches = new ArrayList<>();
    for (Labels.Event event : labels.events()) {
      if (event.kind().equals("jump")) {
        stretches.add(new Stretch(event.step(), labels.steps()));
      }
    }
    for (Labels.Span span : labels.spans()) {
      if (span.regimes().contains(Regime.SPIKE)) {
        stretches.add(new Stretch(span.from(), span.to()));
      }
    }
    return stretches;
  }
}
