package io.thermograd.detect;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.Basins;
import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GradientSignal;
import io.thermograd.detect.divergence.Overshoot;
import io.thermograd.detect.forecast.Forecasts;
import io.thermograd.detect.inference.Averages;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.regime.RegimeState;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Findings;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All detectors of one attempt of a run: alerts when something begins, changes or ends, the regime,
 * its overlays and the verdict at any time. Each detector sees a step after those that it asks:
 * stationarity, basins, averages, forecasts, divergence, regime. O(k) a step. One owner thread.
 */
public final class RunDetectors {
  private static final int QUIET_AFTER_NON_FINITE = 100;
  private static final int QUIET_AFTER_LOSS = 1_000;
  private static final int LOSS_EXPECTED_WITHIN = 20;

  private final GradientSignal gradient = new GradientSignal();
  private final Stationarity stationarity;
  private final Basins basins;
  private final Averages averages = new Averages();
  private final Forecasts forecasts;
  private final DivergenceDetector divergence = new DivergenceDetector();
  private final Overshoot overshoot;
  private final Regimes regimes = new Regimes();
  private final LearningRateHistory learningRate = new LearningRateHistory();
  private final AlertWriter words;
  private final Alerts alerts;
  private long stepsWithoutLoss;
  private long lost;

  /** For one attempt of a run. */
  public RunDetectors(String runId, int attempt, RunSettings settings) {
    this.stationarity = new Stationarity(settings);
    this.basins = new Basins(settings);
    this.forecasts = new Forecasts(settings);
    this.overshoot = new Overshoot(settings);
    this.words =
        new AlertWriter(runId, attempt, divergence, stationarity, regimes.catapult(), learningRate);
    this.alerts = new Alerts(words);
  }

  /**
   * Adds one step.
   *
   * @param lostEvents events dropped by the agents and steps missing, so far
   * @param estimators of the run, which have seen this step
   * @return the alerts of this step: episodes that it opens, updates or closes
   */
  public List<Alert> accept(TrainingStep step, long lostEvents, RunEstimators estimators) {
    Double rate = step.learningRate();
    if (rate != null) {
      learningRate.accept(step.step(), rate);
    }
    double signal = gradient.accept(step);
    stationarity.accept(step, gradient.dot(), gradient.sqnorm());
    Optional<BasinChange> change = basins.accept(step, estimators);
    if (change.isPresent()) {
      stationarity.hop();
    }
    Standing standing = stationarity.standing();
    if (divergence.soarsSince().isPresent()) {
      averages.interrupt();
    } else {
      averages.accept(step, estimators, standing);
    }
    forecasts.accept(step, estimators, standing, basins::standing, change);
    BasinChange hop = change.orElse(null);
    EscapeOutlook outlook = Outlooks.of(forecasts.outlook(), step.step());
    DivergenceDetector.Change growth = follow(step, signal);
    boolean newLoss = lostEvents > lost;
    lost = lostEvents;

    var out = new ArrayList<Alert>(0);
    tellBroken(step, out);
    tellGrowth(step, growth, out);
    regimes.accept(
        step.step(),
        stationarity,
        divergence,
        alerts.episode(AlertKind.NON_FINITE).open(),
        hop != null,
        estimators.atEdgeOfStability(),
        probed(step),
        outlook);
    if (newLoss) {
      double evidence = lostEvents;
      alerts.holds(
          step, AlertKind.LOST_TELEMETRY, evidence, () -> words.lostTelemetry(step, lost), out);
    } else {
      alerts.ceases(step, AlertKind.LOST_TELEMETRY, QUIET_AFTER_LOSS, out);
    }
    tellRegime(step, hop, outlook, estimators.stabilityRatio(), out);
    return out;
  }

  private static double probed(TrainingStep step) {
    Probe probe = step.probe();
    return probe == null || probe.top().length == 0 ? Double.NaN : probe.top()[0];
  }

  private DivergenceDetector.Change follow(TrainingStep step, double signal) {
    boolean raised = learningRate.isNew(step.step());
    overshoot.accept(step, gradient, raised, divergence.state() != DivergenceDetector.State.NONE);
    Double loss = step.loss();
    if (loss == null) {
      stepsWithoutLoss++;
      return DivergenceDetector.Change.NOTHING;
    }
    return divergence.accept(
        step.step(),
        loss,
        signal,
        gradient.kind(),
        raised,
        overshoot.swing(),
        overshoot.swingsWithoutProof());
  }

  private void tellBroken(TrainingStep step, List<Alert> out) {
    Double loss = step.loss();
    if (step.nonFinite() || (loss != null && !Double.isFinite(loss))) {
      // Each further step is as broken as the first.
      alerts.holds(step, AlertKind.NON_FINITE, 1, () -> words.nonFinite(step, step.step()), out);
    } else {
      alerts.ceases(step, AlertKind.NON_FINITE, QUIET_AFTER_NON_FINITE, out);
    }
  }

  private void tellGrowth(TrainingStep step, DivergenceDetector.Change change, List<Alert> out) {
    switch (change) {
      case RETURNED -> closeGrowth(step, words::returned, out);
      case SETTLED -> {
        stationarity.settle();
        closeGrowth(step, words::settled, out);
      }
      case NOTHING, OPENED, CRITICAL -> {
        if (change == DivergenceDetector.Change.OPENED) {
          stationarity.soar();
        }
        // Evidence that e-folds with the logarithm of the growth.
        double evidence = 1 + Math.max(0, divergence.logGrowth());
        if (divergence.growing()) {
          alerts.holds(step, AlertKind.LOSS_GROWTH, evidence, words::growth, out);
        } else if (divergence.diverging()) {
          // One rise, one alert: from here on it is the divergence's to tell.
          alerts.close(step, AlertKind.LOSS_GROWTH, words::critical, out);
          alerts.holds(step, AlertKind.DIVERGENCE, evidence, words::divergence, out);
        }
      }
    }
  }

  private void closeGrowth(TrainingStep step, Supplier<AlertWriter.Words> how, List<Alert> out) {
    alerts.close(step, AlertKind.LOSS_GROWTH, how, out);
    alerts.close(step, AlertKind.DIVERGENCE, how, out);
  }

  private void tellRegime(
      TrainingStep step,
      @Nullable BasinChange hop,
      @Nullable EscapeOutlook outlook,
      double edgeRatio,
      List<Alert> out) {
    RegimeState state = regimes.state();
    Double loss = step.loss();
    double lasted = 1.0 + step.step() - state.since();
    // What has not recovered from a divergence is not said to be calm: the verdict says so.
    boolean settled = lasted > regimes.settle() && !divergence.worse();
    long since = state.since();
    tell(
        step,
        AlertKind.PLATEAU,
        settled && state instanceof RegimeState.Plateau,
        lasted,
        () -> words.plateau(since),
        out);
    tell(
        step,
        AlertKind.STATIONARY,
        settled && state instanceof RegimeState.Stationary,
        lasted,
        () -> words.stationary(since),
        out);
    tell(
        step,
        AlertKind.SPIKE,
        state instanceof RegimeState.Spike
            && stationarity.jumped()
            && !divergence.growing()
            && loss != null,
        1,
        () -> words.spike(Objects.requireNonNull(loss)),
        out);
    tell(
        step,
        AlertKind.TRANSITION,
        state instanceof RegimeState.Transition,
        1,
        () -> words.transition(hop),
        out);
    tell(
        step,
        AlertKind.TRAPPED,
        regimes.trapped(),
        outlook == null ? 1 : 1 / (outlook.probabilityUpper() + Double.MIN_NORMAL),
        () -> words.trapped(Objects.requireNonNull(outlook)),
        out);
    tell(
        step,
        AlertKind.EDGE_OF_STABILITY,
        regimes.atEdge(),
        edgeRatio > 0 ? edgeRatio : 1,
        () -> words.edge(edgeRatio),
        out);
    tell(step, AlertKind.OSCILLATING, regimes.oscillating(), 1, words::oscillating, out);
  }

  private void tell(
      TrainingStep step,
      AlertKind kind,
      boolean holds,
      double evidence,
      Supplier<AlertWriter.Words> how,
      List<Alert> out) {
    if (holds) {
      alerts.holds(step, kind, evidence, how, out);
    } else {
      alerts.ceases(step, kind, regimes.settle(), out);
    }
  }

  /** The regime, or empty when none is identified: {@link #regimeMissing} then says why. */
  public Optional<Regime> regime() {
    return sendsNoLoss() && !alerts.episode(AlertKind.NON_FINITE).open()
        ? Optional.empty()
        : regimes.regime();
  }

  /** What holds besides the regime, by name. */
  public List<String> overlays() {
    List<String> overlays = new ArrayList<>();
    regimes.overlays(overlays);
    return overlays;
  }

  private boolean sendsNoLoss() {
    return stepsWithoutLoss >= LOSS_EXPECTED_WITHIN && divergence.count() == 0;
  }

  /** Why there is no regime. */
  public String regimeMissing() {
    if (sendsNoLoss()) {
      return "the run sends no loss: set loss in step";
    }
    return regimes.state() instanceof RegimeState.Undecided undecided
        ? switch (undecided.reason()) {
          case RISING ->
              stationarity.drift() == Standing.Drift.RISING
                  ? "the loss rises, but less than a divergence does"
                  : "the loss rose, less than a divergence does, and nothing is significant since";
          case UNTESTED ->
              "the loss is flat; whether that is a plateau or thermal equilibrium takes param_sketch"
                  + " in step to tell";
          case NEITHER -> "the loss neither moves significantly nor is it known to be flat";
        }
        : "not identified";
  }

  /** Verdict / Why / Next for what is known now. */
  public Verdict verdict(QuantityList known, RunEstimators estimators) {
    return sendsNoLoss() && !alerts.episode(AlertKind.NON_FINITE).open()
        ? VerdictWriter.withoutLoss()
        : new VerdictWriter(
                known.quantities(),
                divergence,
                stationarity,
                regimes,
                alerts.episode(AlertKind.NON_FINITE),
                learningRate)
            .write(estimators);
  }

  /** Puts every quantity of the detectors, or the reason why it is absent, into the list. */
  public void describe(QuantityList out, RunEstimators estimators) {
    stationarity.describe(out);
    basins.describe(out);
    forecasts.describe(out, estimators, stationarity.standing(), basins.standing());
    averages.describe(out, estimators);
    ThermalShare.describe(out, stationarity.standing());
  }

  /** What is found besides quantities: basins, forecasts and their scores, averages. */
  public Findings findings() {
    return new Findings(basins.report(), forecasts.open(), forecasts.scores(), averages.averages());
  }

  /** The run is over: forecasts that are not due yet become void. */
  public void end() {
    forecasts.end();
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    gradient.writeTo(out);
    stationarity.writeTo(out);
    basins.writeTo(out);
    averages.writeTo(out);
    forecasts.writeTo(out);
    divergence.writeTo(out);
    overshoot.writeTo(out);
    regimes.writeTo(out);
    alerts.writeTo(out);
    learningRate.writeTo(out);
    out.writeLong(stepsWithoutLoss);
    out.writeLong(lost);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    gradient.readFrom(in);
    stationarity.readFrom(in);
    basins.readFrom(in);
    averages.readFrom(in);
    forecasts.readFrom(in);
    divergence.readFrom(in);
    overshoot.readFrom(in);
    regimes.readFrom(in);
    alerts.readFrom(in);
    learningRate.readFrom(in);
    stepsWithoutLoss = in.readLong();
    lost = in.readLong();
  }
}
