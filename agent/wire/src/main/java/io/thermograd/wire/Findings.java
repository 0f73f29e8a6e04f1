package io.thermograd.wire;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is found about a run besides numbers that every run has.
 *
 * @param basin null while no basins are told apart
 * @param forecasts that are open
 * @param scores of the past forecasts, by their name
 * @param averages of the trainer's own scalars over the time that it is stationary, by their name
 */
public record Findings(
    @Nullable BasinReport basin,
    List<Forecast> forecasts,
    Map<String, ForecastScore> scores,
    Map<String, Quantity> averages) {

  /** Nothing found. */
  public static final Findings NONE = new Findings(null, List.of(), Map.of(), Map.of());

  public Findings {
    forecasts = List.copyOf(forecasts);
    scores = Collections.unmodifiableMap(new TreeMap<>(scores));
    averages = Collections.unmodifiableMap(new TreeMap<>(averages));
  }
}
