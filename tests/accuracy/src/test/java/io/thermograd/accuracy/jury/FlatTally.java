package io.thermograd.accuracy.jury;

import io.thermograd.wire.Regime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * Firings that say "the loss has stopped to fall" against labels. Every flat stretch, spans less
 * than 100 steps apart taken together, is to be found; a firing where the loss descends is wrong. A
 * rule that does not repeat itself has found a stretch that begins while it still says so.
 */
public final class FlatTally {
  private static final long GAP = 100;

  private final List<Long> delays = new ArrayList<>();
  private long stretches;
  private long firstRight;
  private long firstAny;
  private long descendingFirings;
  private long descendingSteps;

  /** Adds one run of a rule that repeats itself while the loss does not fall. */
  public void add(Labels labels, List<Long> firings) {
    add(
        labels,
        firings,
        from -> firings.stream().mapToLong(Long::longValue).filter(s -> s >= from).findFirst());
  }

  /**
   * Adds one run.
   *
   * @param firings steps at which it began to say so
   * @param said the first step from one on at which it says so
   */
  public void add(Labels labels, List<Long> firings, LongFunction<OptionalLong> said) {
    List<long[]> flats = flats(labels);
    for (long[] flat : flats) {
      stretches++;
      OptionalLong first = said.apply(flat[0]);
      if (first.isPresent() && first.getAsLong() < flat[1]) {
        delays.add(first.getAsLong() - flat[0]);
      }
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
