package io.thermograd.accuracy.jury;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.wire.Regime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What was true of a run, where it is beyond doubt.
 *
 * @param kind of run: a scenario's name, or the kind of a real run
 * @param steps taken
 * @param memory autocorrelation time, steps
 * @param spans of one regime, or of several that all count as right
 * @param events by rising step
 * @param overlays conditions beside the regime
 */
public record Labels(
    String run,
    String kind,
    long steps,
    double memory,
    List<Span> spans,
    List<Event> events,
    List<Overlay> overlays) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A stretch of steps.
   *
   * @param to the first step behind it
   */
  public record Span(Set<Regime> regimes, long from, long to) {
    public Span {
      regimes = Set.copyOf(regimes);
    }

    /** Whether the loss is flat in it. */
    public boolean flat() {
      return FLAT.containsAll(regimes);
    }
  }

  /** A moment, and what was done or began there. */
  public record Event(String kind, long step) {}

  /** A condition that holds from a step up to another. */
  public record Overlay(String name, long from, long to) {}

  static final Set<Regime> FLAT = EnumSet.of(Regime.PLATEAU, Regime.STATIONARY);

  public Labels {
    spans = List.copyOf(spans);
    events = List.copyOf(events);
    overlays = List.copyOf(overlays);
  }

  /** The first event of that kind. */
  public OptionalLong first(String event) {
    return events.stream().filter(e -> e.kind().equals(event)).mapToLong(Event::step).findFirst();
  }

  /** Whether the overlay holds at that step. */
  public boolean overlayAt(String overlay, long step) {
    return overlays.stream()
        .anyMatch(o -> o.name().equals(overlay) && step >= o.from() && step < o.to());
  }

  /** Reads what real_runs.py wrote. */
  public static Labels read(Path file) throws IOException {
    JsonNode root = JSON.readTree(file.toFile());
    List<Span> spans = new ArrayList<>();
    for (JsonNode span : root.get("spans")) {
      Set<Regime> regimes = EnumSet.noneOf(Regime.class);
      for (JsonNode regime : span.get("regimes")) {
        regimes.add(Regime.valueOf(regime.asText().toUpperCase(Locale.ROOT)));
      }
      spans.add(new Span(regimes, span.get("from").asLong(), span.get("to").asLong()));
    }
    List<Event> events = new ArrayList<>();
    for (JsonNode event : root.get("events")) {
      events.add(new Event(event.get("kind").asText(), event.get("step").asLong()));
    }
    List<Overlay> overlays = new ArrayList<>();
    for (JsonNode overlay : root.get("overlays")) {
      overlays.add(
          new Overlay(
              overlay.get("overlay").asText(),
              overlay.get("from").asLong(),
              overlay.get("to").asLong()));
    }
    return new Labels(
        root.get("run").asText(),
        root.get("kind").asText(),
        root.get("steps").asLong(),
        root.get("autocorrelation_steps").asDouble(),
        spans,
        events,
        overlays);
  }

  /**
   * Of a simulated run.
   *
   * @param memory autocorrelation time where the truth does not tell it
   */
  public static Labels of(Truth truth, double memory) {
    double told =
        truth.quantities().stream()
            .filter(q -> q.name().equals("loss_autocorrelation_steps"))
            .mapToDouble(q -> q.values().get(0).value()[0][0])
            .findFirst()
            .orElse(memory);
    return new Labels(
        truth.runId(),
        truth.scenario(),
        truth.steps(),
        told,
        truth.regimes().stream()
            .map(s -> new Span(EnumSet.of(s.regime()), s.from(), s.to()))
            .toList(),
        truth.moments().stream().map(m -> new Event(m.kind(), m.step())).toList(),
        List.of());
  }
}
