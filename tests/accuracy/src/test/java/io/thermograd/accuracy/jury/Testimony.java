package io.thermograd.accuracy.jury;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a detector said of one run: alarms, and the regime and overlays of every step. */
public final class Testimony {
  private static final String NONE = "";

  /** An alarm, at the step whose event it followed from. */
  public record Alarm(String kind, Severity severity, long step) {}

  private final List<Alarm> alarms = new ArrayList<>();
  private final TreeMap<Long, String> regimes = new TreeMap<>();
  private final TreeMap<Long, Set<String>> overlays = new TreeMap<>();

  /** Adds an alert; what updates or closes an episode is no new alarm. */
  public void alert(Alert alert) {
    if (alert.state() == Alert.State.OPENED) {
      alarm(alert.kind(), alert.severity(), alert.step());
    }
  }

  /** Adds an alarm. */
  public void alarm(String kind, Severity severity, long step) {
    alarms.add(new Alarm(kind, severity, step));
  }

  /** Adds an insight; between two of them the regime is that of the earlier one. */
  public void insight(Insight insight) {
    Regime regime = insight.regime();
    regime(insight.step(), Optional.ofNullable(regime));
    Set<String> now = Set.copyOf(insight.overlays());
    if (overlays.isEmpty() || !overlays.lastEntry().getValue().equals(now)) {
      overlays.put(insight.step(), now);
    }
  }

  /** The regime from this step on. */
  public void regime(long step, Optional<Regime> regime) {
    String name = regime.map(Enum::name).orElse(NONE);
    if (regimes.isEmpty() || !regimes.lastEntry().getValue().equals(name)) {
      regimes.put(step, name);
    }
  }

  /** All alarms, in order. */
  public List<Alarm> alarms() {
    return List.copyOf(alarms);
  }

  /** Steps of the alarms that are asked for, in order. */
  public List<Long> alarms(Predicate<Alarm> which) {
    return alarms.stream().filter(which).map(Alarm::step).toList();
  }

  /** What was said of that step. */
  public Optional<Regime> regimeAt(long step) {
    Map.Entry<Long, String> said = regimes.floorEntry(step);
    return said == null || said.getValue().equals(NONE)
        ? Optional.empty()
        : Optional.of(Regime.valueOf(said.getValue()));
  }

  /** The first step from {@code from} on whose regime is one of these. */
  public OptionalLong first(long from, Set<Regime> which) {
    if (regimeAt(from).filter(which::contains).isPresent()) {
      return OptionalLong.of(from);
    }
    return regimes.tailMap(from, true).entrySet().stream()
        .filter(e -> !e.getValue().equals(NONE) && which.contains(Regime.valueOf(e.getValue())))
        .mapToLong(Map.Entry::getKey)
        .findFirst();
  }

  /** Steps at which the regime became one of these, not having been one of them before. */
  public List<Long> entries(Set<Regime> which) {
    List<Long> entries = new ArrayList<>();
    boolean inside = false;
    for (Map.Entry<Long, String> said : regimes.entrySet()) {
      boolean now =
          !said.getValue().equals(NONE) && which.contains(Regime.valueOf(said.getValue()));
      if (now && !inside) {
        entries.add(said.getKey());
      }
      inside = now;
    }
    return entries;
  }

  /** The first step from {@code from} on of which the overlay was said. */
  public OptionalLong firstOverlay(String overlay, long from) {
    if (overlayAt(overlay, from)) {
      return OptionalLong.of(from);
    }
    return overlays.tailMap(from, true).entrySet().stream()
        .filter(e -> e.getValue().contains(overlay))
        .mapToLong(Map.Entry::getKey)
        .findFirst();
  }

  /** Whether the overlay was said of that step. */
  public boolean overlayAt(String overlay, long step) {
    Map.Entry<Long, Set<String>> said = overlays.floorEntry(step);
    return said != null && said.getValue().contains(overlay);
  }
}
