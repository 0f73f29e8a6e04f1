package io.thermograd.accuracy.jury;

import io.thermograd.wire.Regime;
import java.util.ArrayList;
import java.util.List;

/**
 * Firings that say "the loss has stopped to fall" against labels. Every flat stretch, spans less
 * than 100 steps apart taken together, is to be found; a firing where the loss descends is wrong.
 */
public final class FlatTally {
  private static final long GAP = 100;

  private final List<Long> delays = new ArrayList<>();
  private long stretches;
  private long firstRight;
  private long firstAny;
  private long descendingFirings;
  private long descendingSteps;

  /** Adds one run. */
  public void add(Labels labels, List<Long> firings) {
    List<long[]> flats = flats(labels);
    for (long[] flat : flats) {
      stretches++;
      firings.stream()
          .filter(s -> s >= flat[0] && s < flat[1])
          .findFirst()
          .ifPresent(s -> delays.add(s - flat[0]));
    }
    if (!firings.isEmpty()) {
      firstAny++;
      long first = firings.get(0);
      firstRight += flats.stream().anyMatch(f -> first >= f[0] && first < f[1]) ? 1 : 0;
    }
    for (Labels.Span span : labels.spans()) {
      if (span.regimes().contains(Regime.DESCENDING)) {
        descendingSteps += span.to() - span.from();
        descendingFirings +=
            firings.stream().filter(s -> s >= span.from() && s < span.to()).count();
      }
    }
  }

  /** Begin and end of each flat stretch. */
  private static List<long[]> flats(Labels labels) {
    List<long[]> flats = new ArrayList<>();
    for (Labels.Span span : labels.spans()) {
      if (!span.flat()) {
        continue;
      }
      if (!flats.isEmpty() && span.from() - flats.get(flats.size() - 1)[1] < GAP) {
        flats.get(flats.size() - 1)[1] = span.to();
      } else {
        flats.add(new long[] {span.from(), span.to()});
      }
    }
    return flats;
  }

  /** Steps at which a firing is wrong. */
  public long descendingSteps() {
    return descendingSteps;
  }

  @Override
  public String toString() {
    return "flat stretches found %d of %d, median delay %s; first firing right in %d of %d runs; in descent %s"
        .formatted(
            delays.size(),
            stretches,
            AlarmTally.median(delays),
            firstRight,
            firstAny,
            Poisson.rate(descendingFirings, descendingSteps));
  }
}
