package io.thermograd.live;

import io.thermograd.wire.BasinReport;
import io.thermograd.wire.Findings;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An insight in about a tenth of the memory: the numbers in one array, everything else shared with
 * the insight before it wherever that is equal. Gives back exactly the insight it was made from.
 */
final class CompactInsight {
  /** Names and methods of the quantities, in order, and the number of elements of each vector. */
  private record Shape(List<String> names, List<String> methods, Map<String, Integer> vectors) {}

  private final String runId;
  private final int attempt;
  private final long step;
  private final double time;
  private final Shape shape;
  // value, low, high of each quantity; NaN where null, which Quantity itself rules out as a value.
  private final double[] numbers;
  private final Map<String, String> absent;
  private final @Nullable Regime regime;
  private final List<String> overlays;
  private final @Nullable Verdict verdict;
  private final Findings findings;

  private CompactInsight(Insight i, @Nullable CompactInsight before) {
    List<String> names = new ArrayList<>(i.quantities().size());
    List<String> methods = new ArrayList<>(i.quantities().size());
    Map<String, Integer> vectors = new LinkedHashMap<>();
    List<Quantity> all = new ArrayList<>(i.quantities().values());
    i.vectors()
        .forEach(
            (name, elements) -> {
              vectors.put(name, elements.size());
              all.addAll(elements);
            });
    names.addAll(i.quantities().keySet());
    numbers = new double[3 * all.size()];
    int at = 0;
    for (Quantity q : all) {
      methods.add(q.method());
      numbers[at++] = orNaN(q.value());
      numbers[at++] = orNaN(q.low());
      numbers[at++] = orNaN(q.high());
    }
    Shape own = new Shape(names, methods, vectors);
    shape = before != null && before.shape.equals(own) ? before.shape : own;
    runId = before != null ? before.runId : i.runId();
    attempt = i.attempt();
    step = i.step();
    time = i.time();
    absent = before != null && before.absent.equals(i.absent()) ? before.absent : i.absent();
    regime = i.regime();
    overlays =
        before != null && before.overlays.equals(i.overlays()) ? before.overlays : i.overlays();
    Verdict v = i.verdict();
    verdict = before != null && v != null && v.equals(before.verdict) ? before.verdict : v;
    findings =
        before != null && i.findings().equals(before.findings) ? before.findings : i.findings();
  }

  /**
   * @param before an insight of the same run to share with, or null
   */
  static CompactInsight of(Insight insight, @Nullable CompactInsight before) {
    return new CompactInsight(insight, before);
  }

  Insight toInsight() {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    int at = 0;
    for (String name : shape.names) {
      quantities.put(name, quantity(at++));
    }
    Map<String, List<Quantity>> vectors = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> e : shape.vectors.entrySet()) {
      List<Quantity> elements = new ArrayList<>();
      for (int i = 0; i < e.getValue(); i++) {
        elements.add(quantity(at++));
      }
      vectors.put(e.getKey(), elements);
    }
    return new Insight(
        runId,
        attempt,
        step,
        time,
        quantities,
        vectors,
        absent,
        regime,
        overlays,
        verdict,
        findings);
  }

  private Quantity quantity(int at) {
    return new Quantity(
        orNull(numbers[3 * at]),
        orNull(numbers[3 * at + 1]),
        orNull(numbers[3 * at + 2]),
        shape.methods.get(at));
  }

  long step() {
    return step;
  }

  double time() {
    return time;
  }

  @Nullable Regime regime() {
    return regime;
  }

  @Nullable BasinReport basin() {
    return findings.basin();
  }

  List<String> names() {
    return shape.names;
  }

  /** Index of a quantity for {@link #number}, or −1. Linear in the number of quantities. */
  int indexOf(String name) {
    return shape.names.indexOf(name);
  }

  /** Value (part 0), low (1) or high (2) of the quantity at an index; NaN where there is none. */
  double number(int index, int part) {
    return numbers[3 * index + part];
  }

  /** What thinning keeps the extremes of: the loss, else NaN. */
  double height() {
    int at = indexOf(QuantityName.LOSS.id());
    if (at < 0) {
      at = indexOf(QuantityName.BATCH_LOSS.id());
    }
    return at < 0 ? Double.NaN : number(at, 0);
  }

  private static double orNaN(@Nullable Double x) {
    return x == null ? Double.NaN : x;
  }

  private static @Nullable Double orNull(double x) {
    return Double.isNaN(x) ? null : x;
  }
}
