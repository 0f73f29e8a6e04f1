package io.thermograd.metrics;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Findings;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Insights made by hand. */
final class Insights {
  private static final Findings FINDINGS =
      new Findings(
          null,
          List.of(),
          Map.of("escape_steps", new ForecastScore(10, 9, 0.9, -4.5, 2)),
          Map.of(
              "accuracy", Quantity.of(0.9, 0.8, 0.95, "random_scaling"),
              "accuracy (batch means)", Quantity.of(0.9, 0.85, 0.95, "batch_means")));

  private Insights() {}

  static Insight with(String run, long step, Map<String, Quantity> quantities) {
    return with(run, step, quantities, Map.of());
  }

  static Insight with(
      String run,
      long step,
      Map<String, Quantity> quantities,
      Map<String, List<Quantity>> vectors) {
    return new Insight(
        run,
        0,
        step,
        1_000.0,
        quantities,
        vectors,
        Map.of(),
        Regime.DESCENDING,
        List.of(),
        null,
        FINDINGS);
  }

  static Insight attempt(String run, int attempt, long step) {
    return new Insight(
        run, attempt, step, 1_000.0, Map.of(), Map.of(), Map.of(), null, List.of(), null);
  }

  /** Every quantity with its interval. */
  static Insight full(String run, long step) {
    Map<String, Quantity> all = new LinkedHashMap<>();
    Map<String, List<Quantity>> vectors = new LinkedHashMap<>();
    for (QuantityName q : QuantityName.values()) {
      double x = q.ordinal() + 1 + step * 1e-3;
      Quantity quantity = Quantity.of(x, x * 0.9, x * 1.1, "within_step");
      if (q.isVector()) {
        vectors.put(q.id(), List.of(quantity, Quantity.of(x / 2, x / 3, x, "within_step")));
      } else {
        all.put(q.id(), quantity);
      }
    }
    return with(run, step, all, vectors);
  }

  static Alert alert(String run, String kind, Severity severity) {
    return new Alert(run, 0, 7, 1_000.0, kind, severity, "title", "evidence", "next");
  }
}
