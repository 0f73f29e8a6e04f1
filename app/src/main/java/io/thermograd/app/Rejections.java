package io.thermograd.app;

import io.thermograd.wire.RejectionKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what was not used, by kind, with the first message of each. */
final class Rejections {
  private record Tally(long count, String first) {}

  private final Map<RejectionKind, Tally> tallies = new EnumMap<>(RejectionKind.class);

  void add(RejectionKind kind, String message) {
    tallies.merge(
        kind, new Tally(1, message), (old, one) -> new Tally(old.count() + 1, old.first()));
  }

  long count() {
    return tallies.values().stream().mapToLong(Tally::count).sum();
  }

  /** One line a kind; none when everything was used. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    tallies.forEach(
        (kind, tally) ->
            lines.add(
                "%,d not used, %s; the first: %s"
                    .formatted(tally.count(), kind.id(), tally.first())));
    return lines;
  }
}
