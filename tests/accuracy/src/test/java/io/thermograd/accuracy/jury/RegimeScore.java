package io.thermograd.accuracy.jury;

import io.thermograd.wire.Regime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The regime that was said against the one that was true, step by step. Left out: what is not
 * labelled, two autocorrelation times at either end of a labelled stretch (not where it ends with
 * the run), and WarmingUp in the first 200 steps. No regime where there is one is wrong.
 */
public final class RegimeScore {
  private static final int WARM_UP = 200;
  private static final String NONE = "none";

  private final Map<String, Map<String, Long>> said = new TreeMap<>();
  private long right;
  private long steps;

  /** Adds one run. */
  public void add(Labels labels, Testimony testimony) {
    long margin = (long) Math.ceil(2 * labels.memory());
    for (Labels.Span span : labels.spans()) {
      long end = span.to() == labels.steps() ? span.to() : span.to() - margin;
      String truth = name(span.regimes());
      for (long step = span.from() + margin; step < end; step++) {
        Optional<Regime> regime = testimony.regimeAt(step);
        if (step < WARM_UP && regime.equals(Optional.of(Regime.WARMING_UP))) {
          continue;
        }
        steps++;
        right += regime.filter(span.regimes()::contains).isPresent() ? 1 : 0;
        said.computeIfAbsent(truth, t -> new TreeMap<>())
            .merge(regime.map(Regime::id).orElse(NONE), 1L, Long::sum);
      }
    }
  }

  /** Adds what another one counted. */
  public void add(RegimeScore other) {
    right += other.right;
    steps += other.steps;
    other.said.forEach(
        (truth, counts) -> {
          Map<String, Long> mine = said.computeIfAbsent(truth, t -> new TreeMap<>());
          counts.forEach((name, n) -> mine.merge(name, n, Long::sum));
        });
  }

  public long steps() {
    return steps;
  }

  /** Share of the steps whose regime was right; NaN without any. */
  public double accuracy() {
    return (double) right / steps;
  }

  /** What was said where, in per cent: "stationary: stationary 91, none 9; …". */
  public String confusion() {
    return said.entrySet().stream()
        .map(
            truth -> {
              double all = truth.getValue().values().stream().mapToLong(n -> n).sum();
              return truth.getKey()
                  + ": "
                  + truth.getValue().entrySet().stream()
                      .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                      .map(e -> "%s %.1f".formatted(e.getKey(), 100 * e.getValue() / all))
                      .collect(Collectors.joining(", "));
            })
        .collect(Collectors.joining("; "));
  }

  private static String name(Set<Regime> regimes) {
    return regimes.stream().map(Regime::id).sorted().collect(Collectors.joining("|"));
  }
}
