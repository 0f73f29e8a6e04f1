package io.thermograd.simulator.scenario;

import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Gathers the truth of one execution, before, during and after it. Not thread-safe. */
final class TruthLog {
  private final boolean values;
  private final List<TruthProbe> probes = new ArrayList<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<Truth.Moment> moments = new ArrayList<>();
  private final List<Truth.Span> regimes = new ArrayList<>();
  private final Map<String, Series> quantities = new LinkedHashMap<>();
  private final List<Truth.Basin> basins = new ArrayList<>();
  private final List<Truth.Passage> passages = new ArrayList<>();
  private final List<Truth.Visit> visits = new ArrayList<>();

  /** A quantity's values as they become known. */
  static final class Series {
    private final String unit;
    private final String what;
    private final List<Truth.At> values = new ArrayList<>();

    private Series(String unit, String what) {
      this.unit = unit;
      this.what = what;
    }

    Series at(long step, double... vector) {
      values.add(new Truth.At(step, new double[][] {vector.clone()}));
      return this;
    }

    Series matrixAt(long step, double[][] matrix) {
      double[][] copy = new double[matrix.length][];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = matrix[i].clone();
      }
      values.add(new Truth.At(step, copy));
      return this;
    }
  }

  /** Of everything. */
  TruthLog() {
    this(true);
  }

  /**
   * @param values whether also of {@link #values}
   */
  TruthLog(boolean values) {
    this.values = values;
  }

  /** From now on asked at every step, after those added before. */
  void add(TruthProbe probe) {
    probes.add(probe);
  }

  /** The same of a probe that says no regime: exact values, which are most of a network's time. */
  void values(TruthProbe probe) {
    if (values) {
      add(probe);
    }
  }

  void setting(String name, Object value) {
    settings.put(name, String.valueOf(value));
  }

  void moment(String kind, long step, String what) {
    moments.add(new Truth.Moment(kind, step, what));
  }

  void regime(Regime regime, long from, long to, String what) {
    if (from < to) {
      regimes.add(new Truth.Span(regime, from, to, what));
    }
  }

  /** The quantity of that name; unit and meaning count when it is new. */
  Series quantity(String name, String unit, String what) {
    return quantities.computeIfAbsent(name, n -> new Series(unit, what));
  }

  /** The last value that the quantity got, as a vector. */
  double[] latest(String name) {
    List<Truth.At> values = Objects.requireNonNull(quantities.get(name), name).values;
    return values.get(values.size() - 1).value()[0];
  }

  void basin(Truth.Basin basin) {
    basins.add(basin);
  }

  void passage(Truth.Passage passage) {
    passages.add(passage);
  }

  void visit(Truth.Visit visit) {
    visits.add(visit);
  }

  void observe(StepView step, StepEvent.Builder event) {
    for (TruthProbe probe : probes) {
      probe.observe(step, event, this);
    }
  }

  /**
   * Asks the probes for what they know in the end. What the run did not live to see is left out.
   */
  Truth finish(Scenario scenario, Setup setup, TrainingResult result) {
    for (TruthProbe probe : probes) {
      probe.finish(result, this);
    }
    long end = result.steps();
    if (result.firstNonFinite() >= 0) {
      moment(
          "first_non_finite", result.firstNonFinite(), "loss or gradient is infinite or NaN first");
    }
    return new Truth(
        scenario.name(),
        scenario.description(),
        setup.runId(),
        setup.seed(),
        end,
        result.ending().wire().name().toLowerCase(Locale.ROOT),
        settings,
        moments.stream()
            .filter(m -> m.step() < end)
            .sorted(Comparator.comparingLong(Truth.Moment::step))
            .toList(),
        regimes.stream()
            .filter(span -> span.from() < end)
            .map(s -> new Truth.Span(s.regime(), s.from(), Math.min(s.to(), end), s.what()))
            .sorted(Comparator.comparingLong(Truth.Span::from))
            .toList(),
        quantities.entrySet().stream()
            .map(
                e ->
                    new Truth.Quantity(
                        e.getKey(), e.getValue().unit, e.getValue().what, e.getValue().values))
            .toList(),
        basins,
        passages,
        visits);
  }
}
