package io.thermograd.detect;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.Basins;
import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GradientSignal;
import io.thermograd.detect.divergence.Overshoot;
import io.thermograd.detect.divergence.Subject;
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
import java.util.Optional;

/**
 * All detectors of one attempt of a run: alerts when something begins, changes or ends, the regime,
 * its overlays and the verdict at any time. Each detector sees a step after those that it asks:
 * stationarity, basins, averages, forecasts, divergence, regime. O(k) a step. One owner thread.
 */
public final class RunDetectors {
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
  private final Announcer announcer;
  private long stepsWithoutLoss;
  private long lost;

  /** For one attempt of a run. */
  public RunDetectors(String runId, int attempt, RunSettings settings) {
    this.stationarity = new Stationarity(settings);
    this.basins = new Basins(settings);
    this.forecasts = new Forecasts(settings);
    this.overshoot = new Overshoot(settings);
    var words = new AlertWriter(runId, attempt, divergence, stationarity, regimes, learningRate);
    this.announcer = new Announcer(divergence, stationarity, regimes, words);
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
    Optional<BasinChange> change = enter(step, estimators);
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
    announcer.tellBroken(step, out);
    switch (growth) {
      case OPENED -> stationarity.soar();
      case SETTLED -> stationarity.settle();
      case NOTHING, CRITICAL, RETURNED -> {}
    }
    announcer.tellGrowth(step, growth, out);
    regimes.accept(
        step.step(),
        stationarity,
        divergence,
        announcer.nonFinite().open(),
        hop != null,
        estimators.atEdgeOfStability(),
        probed(step),
        outlook);
    announcer.tellLost(step, lost, newLoss, out);
    announcer.tellRegime(step, hop, outlook, estimators.stabilityRatio(), out);
    return out;
  }

  private Optional<BasinChange> enter(TrainingStep step, RunEstimators estimators) {
    int known = basins.count();
    Optional<BasinChange> change = basins.accept(step, estimators);
    if (basins.count() != known) {
      stationarity.redraw(step.step() - basins.enteredAt());
    }
    if (change.isPresent()) {
      stationarity.hop();
    }
    return change;
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
      return sendsNoLoss() ? followNorm(step, signal, raised) : DivergenceDetector.Change.NOTHING;
    }
    boolean ended = divergence.follow(Subject.LOSS);
    DivergenceDetector.Change change = followLoss(step.step(), loss, signal, raised);
    return ended ? DivergenceDetector.Change.SETTLED : change;
  }

  /** A run that sends no loss diverges all the same: by the norm of its gradients, or updates. */
  private DivergenceDetector.Change followNorm(TrainingStep step, double signal, boolean raised) {
    Subject subject = GradientSignal.inPlaceOfLoss(step);
    if (subject == null) {
      return DivergenceDetector.Change.NOTHING;
    }
    boolean ended = divergence.follow(subject);
    DivergenceDetector.Change change =
        divergence.acceptNorm(
            step.step(),
            gradient.square(step, subject),
            gradient.kind() == GradientSignal.Kind.TURN ? signal : Double.NaN,
            gradient.kind(),
            raised,
            overshoot.swing(),
            gradient.mayTurn());
    return ended ? DivergenceDetector.Change.SETTLED : change;
  }

  private DivergenceDetector.Change followLoss(
      long step, double loss, double signal, boolean raised) {
    return divergence.accept(
        step, loss, signal, gradient.kind(), raised, overshoot.swing(), overshoot.extent());
  }

  /** The regime, or empty when none is identified: {@link #regimeMissing} then says why. */
  public Optional<Regime> regime() {
    return silent() ? Optional.empty() : regimes.regime();
  }

  /** What holds besides the regime, by name. */
  public List<String> overlays() {
    List<String> overlays = new ArrayList<>();
    regimes.overlays(overlays);
    return overlays;
  }

  private boolean sendsNoLoss() {
    return stepsWithoutLoss >= LOSS_EXPECTED_WITHIN
        && (divergence.subject() != Subject.LOSS || divergence.count() == 0);
  }

  /** Whether there is nothing to say for want of a loss. */
  private boolean silent() {
    return sendsNoLoss() && !announcer.nonFinite().open() && divergence.soarsSince().isEmpty();
  }

  /** Why there is no regime. */
  public String regimeMissing() {
    if (silent()) {
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
    return silent()
        ? VerdictWriter.withoutLoss()
        : new VerdictWriter(
                known.quantities(),
                divergence,
                stationarity,
                regimes,
                announcer.nonFinite(),
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
    announcer.writeTo(out);
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
    announcer.readFrom(in);
    learningRate.readFrom(in);
    stepsWithoutLoss = in.readLong();
    lost = in.readLong();
  }
}
