package io.thermograd.accuracy;

import io.thermograd.simulator.scenario.Scenario;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the whole analysis said about one scenario, step by step, and what was true. An insight
 * comes at every change of regime, so that the insights are the whole story of it.
 */
final class RegimeTimeline {
  final List<@Nullable Regime> said = new ArrayList<>();
  final List<Alert> alerts = new ArrayList<>();
  final List<Insight> insights = new ArrayList<>();
  final Truth truth;
  private double autocorrelationTime = 1;

  private RegimeTimeline(Scenario scenario, long seed) throws IOException {
    Collected collected = new Collected();
    Simulation simulation = scenario.simulation(seed);
    RunFold fold = new RunFold(simulation.setup().runId(), AnalysisConfig.DEFAULT);
    truth = simulation.emit(e -> fold.apply(e, collected), Simulation.clock(), () -> false);
    if (said.size() < truth.steps() && !insights.isEmpty()) {
      fill(truth.steps());
    }
  }

  static RegimeTimeline of(Scenario scenario, long seed) {
    try {
      return new RegimeTimeline(scenario, seed);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The regime stays what the last insight said. */
  private void fill(long until) {
    Regime last = insights.isEmpty() ? null : insights.get(insights.size() - 1).regime();
    while (said.size() < until) {
      said.add(last);
    }
  }

  /** τ, as published; of the median over insights that have one. */
  double autocorrelationTime() {
    return autocorrelationTime;
  }

  private final class Collected implements FoldOutput {
    private final List<Double> times = new ArrayList<>();

    @Override
    public void insight(Insight insight) {
      fill(insight.step());
      insights.add(insight);
      fill(insight.step() + 1);
      var time = insight.quantities().get(QuantityName.LOSS_AUTOCORRELATION_TIME.id());
      if (time != null && time.value() != null) {
        times.add(time.value());
        autocorrelationTime = times.stream().sorted().toList().get(times.size() / 2);
      }
    }

    @Override
    public void alert(Alert alert) {
      alerts.add(alert);
    }

    @Override
    public void run(RunSummary summary) {}

    @Override
    public void reject(RejectionKind kind, String message) {
      throw new IllegalStateException(kind + ": " + message);
    }
  }
}
