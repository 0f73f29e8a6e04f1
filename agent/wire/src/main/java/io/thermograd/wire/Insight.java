package io.thermograd.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a run at one step: every quantity that is identified, with its interval, and
 * for every other one the reason why it is absent.
 *
 * @param time seconds since the Unix epoch, of the step's event
 * @param quantities by {@link QuantityName#id()}, in catalogue order
 * @param vectors quantities of several elements, by {@link QuantityName#id()}, in catalogue order
 * @param absent reason by {@link QuantityName#id()}, in catalogue order; a quantity of which only a
 *     bound is known is in both maps
 * @param regime null when no regime is identified; {@code absent} then says why under "regime"
 * @param overlays conditions that hold beside the regime
 * @param findings basins, forecasts and averages, as far as there are any
 */
public record Insight(
    String runId,
    int attempt,
    long step,
    double time,
    Map<String, Quantity> quantities,
    Map<String, List<Quantity>> vectors,
    Map<String, String> absent,
    @Nullable Regime regime,
    List<String> overlays,
    @Nullable Verdict verdict,
    Findings findings) {

  /** Without findings. */
  public Insight(
      String runId,
      int attempt,
      long step,
      double time,
      Map<String, Quantity> quantities,
      Map<String, List<Quantity>> vectors,
      Map<String, String> absent,
      @Nullable Regime regime,
      List<String> overlays,
      @Nullable Verdict verdict) {
    this(
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
        Findings.NONE);
  }

  public Insight {
    quantities = Collections.unmodifiableMap(new LinkedHashMap<>(quantities));
    Map<String, List<Quantity>> elements = new LinkedHashMap<>();
    vectors.forEach((name, list) -> elements.put(name, List.copyOf(list)));
    vectors = Collections.unmodifiableMap(elements);
    absent = Collections.unmodifiableMap(new LinkedHashMap<>(absent));
    overlays = List.copyOf(overlays);
  }

  /** The record key on {@link Topics#INSIGHTS}. */
  public String key() {
    return runId + "/" + attempt + "/" + step;
  }
}
