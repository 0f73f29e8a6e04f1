package io.thermograd.benchmarks;

import io.thermograd.detect.RunDetectors;
import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.Basins;
import io.thermograd.detect.divergence.GradientSignal;
import io.thermograd.detect.forecast.Forecasts;
import io.thermograd.detect.inference.Averages;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.train.EventSink;
import io.thermograd.stream.StepConverter;
import io.thermograd.wire.proto.Event;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run under all its detectors, in processor time: all of them as the analyzers drive them, and
 * the parts once more, one by one, on the same steps.
 */
final class RunCost {
  private static final int INSIGHT_EVERY = 100;
  private static final double MICRO = 1e-3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What is timed. */
  enum Part {
    ESTIMATORS,
    DETECTORS,
    STATIONARITY,
    BASINS,
    AVERAGES,
    FORECASTS,
    INSIGHT
  }

  private final RunEstimators estimators;
  private final RunDetectors detectors;
  private final GradientSignal gradient = new GradientSignal();
  private final Stationarity stationarity;
  private final Basins basins;
  private final Averages averages = new Averages();
  private final Forecasts forecasts;
  private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
  private long steps;
  private long insights;
  private long dearest;
  private long told;

  RunCost(RunSettings settings) {
    estimators = new RunEstimators(settings, 500, 100);
    detectors = new RunDetectors("run", 0, settings);
    stationarity = new Stationarity(settings);
    basins = new Basins(settings);
    forecasts = new Forecasts(settings);
    for (Part part : Part.values()) {
      nanos.put(part, 0L);
    }
  }

  /** Of this thread's processor, so that what else the machine does is left out. */
  private static long now() {
    return THREADS.getCurrentThreadCpuTime();
  }

  private long add(Part part, long since) {
    long took = now() - since;
    nanos.merge(part, took, Long::sum);
    return took;
  }

  void accept(TrainingStep step) {
    steps++;
    long start = now();
    estimators.accept(step);
    add(Part.ESTIMATORS, start);
    start = now();
    told += detectors.accept(step, 0, estimators).size();
    dearest = Math.max(dearest, add(Part.DETECTORS, start));
    parts(step);
    if (steps % INSIGHT_EVERY == 0) {
      insights++;
      QuantityList known = new QuantityList();
      estimators.describe(known);
      start = now();
      detectors.describe(known, estimators);
      told += detectors.verdict(known, estimators).title().length();
      told += detectors.findings().averages().size();
      add(Part.INSIGHT, start);
    }
  }

  private void parts(TrainingStep step) {
    gradient.accept(step);
    long start = now();
    stationarity.accept(step, gradient.dot(), gradient.sqnorm());
    add(Part.STATIONARITY, start);
    start = now();
    Optional<BasinChange> change = basins.accept(step, estimators);
    add(Part.BASINS, start);
    Standing standing = stationarity.standing();
    start = now();
    averages.accept(step, estimators, standing);
    add(Part.AVERAGES, start);
    start = now();
    forecasts.accept(step, estimators, standing, basins::standing, change);
    add(Part.FORECASTS, start);
  }

  long steps() {
    return steps;
  }

  /** Microseconds a step, of an insight a hundredth of one. */
  double part(Part part) {
    return MICRO * nanos.getOrDefault(part, 0L) / steps;
  }

  /** Microseconds a step of all detectors. */
  double all() {
    return part(Part.DETECTORS);
  }

  /** What is left of {@link #all} when the parts are taken away. */
  double rest() {
    return all()
        - part(Part.STATIONARITY)
        - part(Part.BASINS)
        - part(Part.AVERAGES)
        - part(Part.FORECASTS);
  }

  /** Microseconds of an insight by the detectors. */
  double insight() {
    return insights == 0 ? 0 : part(Part.INSIGHT) * steps / insights;
  }

  /** Microseconds of the step that took longest. */
  double dearest() {
    return MICRO * dearest;
  }

  /** Bytes of the detectors' state as it is written. */
  long stateBytes() {
    // What was told keeps the compiler from leaving out that it was.
    DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream());
    try {
      detectors.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.size() + Math.min(0, told);
  }

  /** Feeds a simulation's events to a run. */
  static final class Sink implements EventSink {
    private @Nullable RunCost cost;

    @Override
    public void accept(Event event) {
      if (event.hasRunStarted()) {
        cost = new RunCost(RunSettings.of(event.getRunStarted()));
      } else if (event.hasStep()) {
        cost().accept(StepConverter.convert(List.of(event.getStep()), true));
      }
    }

    long steps() {
      return cost == null ? 0 : cost.steps();
    }

    RunCost cost() {
      if (cost == null) {
        throw new IllegalStateException("run_started should come first: a step came");
      }
      return cost;
    }
  }
}
