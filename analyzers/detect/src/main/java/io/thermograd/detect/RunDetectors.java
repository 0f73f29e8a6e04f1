package io.thermograd.detect;

import io.thermograd.detect.basin.Basins;
import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GradientSignal;
import io.thermograd.estimate.LossMoments;
import io.thermograd.estimate.RunEstimators;
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
 * All detectors of one attempt of a run: alerts when something begins or ends, the regime and the
 * verdict at any time. O(1) a step. One owner thread.
 */
public final class RunDetectors {
  private static final int QUIET_AFTER_NON_FINITE = 100;
  private static final int QUIET_AFTER_LOSS = 1_000;
  private static final int LOSS_EXPECTED_WITHIN = 20;

  private final AlertWriter alerts;
  private final GradientSignal gradient = new GradientSignal();
  private final DivergenceDetector divergence = new DivergenceDetector();
  private final Basins basins;
  private final Episode nonFinite = new Episode(QUIET_AFTER_NON_FINITE);
  private final Episode lostTelemetry = new Episode(QUIET_AFTER_LOSS);
  private final LearningRateHistory learningRate = new LearningRateHistory();
  private Trend trend = Trend.FLAT;
  private long stepsWithoutLoss;
  private long lost;

  /** For one attempt of a run. */
  public RunDetectors(String runId, int attempt, RunSettings settings) {
    this.basins = new Basins(settings);
    this.alerts = new AlertWriter(runId, attempt, divergence, learningRate);
  }

  /**
   * Adds one step.
   *
   * @param lostEvents events dropped by the agents and steps missing, so far
   * @param estimators of the run, which have seen this step
   * @return the alerts that this step opens, raises to critical or closes
   */
  public List<Alert> accept(TrainingStep step, long lostEvents, RunEstimators estimators) {
    LossMoments smoothed = estimators.loss();
    Double loss = step.loss();
    Double rate = step.learningRate();
    if (rate != null) {
      learningRate.accept(step.step(), rate);
    }
    basins.accept(step, estimators);
    double signal = gradient.accept(step);
    DivergenceDetector.Change change = DivergenceDetector.Change.NOTHING;
    if (loss != null) {
      change =
          divergence.accept(
              step.step(), loss, signal, gradient.kind(), learningRate.isNew(step.step()));
    } else {
      stepsWithoutLoss++;
    }
    boolean overflow = step.nonFinite() || (loss != null && !Double.isFinite(loss));
    boolean newLoss = lostEvents > lost;
    lost = lostEvents;

    var opened = new ArrayList<Alert>(0);
    if (nonFinite.accept(step.step(), overflow)) {
      opened.add(alerts.nonFinite(step));
    }
    switch (change) {
      case OPENED -> opened.add(alerts.growth(step));
      case CRITICAL -> opened.add(alerts.divergence(step));
      case RETURNED -> opened.add(alerts.returned(step));
      case SETTLED -> opened.add(alerts.settled(step));
      case NOTHING -> {}
    }
    if (lostTelemetry.accept(step.step(), newLoss)) {
      opened.add(alerts.lostTelemetry(step, lostEvents));
    }
    trend = trend.next(smoothed.decrease() / smoothed.decreaseError());
    return opened;
  }

  /** The regime, or empty when none is identified: {@link #regimeMissing} then says why. */
  public Optional<Regime> regime(LossMoments smoothed) {
    if (divergence.diverging() || nonFinite.open()) {
      return Optional.of(Regime.DIVERGING);
    }
    if (divergence.growing()) {
      return Optional.empty();
    }
    if (!smoothed.ready()) {
      return sendsNoLoss() ? Optional.empty() : Optional.of(Regime.WARMING_UP);
    }
    return trend == Trend.FALLING ? Optional.of(Regime.DESCENDING) : Optional.empty();
  }

  private boolean sendsNoLoss() {
    return stepsWithoutLoss >= LOSS_EXPECTED_WITHIN && divergence.count() == 0;
  }

  /** Why there is no regime. */
  public String regimeMissing() {
    if (sendsNoLoss()) {
      return "the run sends no loss: set loss in step";
    }
    if (divergence.growing()) {
      return "the loss soars; whether it diverges or returns is not decided yet";
    }
    return trend == Trend.RISING
        ? "the loss rises, but less than a divergence does"
        : "the loss is flat within its error; whether that is a plateau or thermal equilibrium is"
            + " not tested";
  }

  /** Verdict / Why / Next for what is known now. */
  public Verdict verdict(QuantityList known, LossMoments smoothed) {
    var writer = new VerdictWriter(known.quantities(), divergence, nonFinite, learningRate);
    return sendsNoLoss() && !nonFinite.open()
        ? VerdictWriter.withoutLoss()
        : writer.write(regime(smoothed), trend, smoothed);
  }

  /** Puts every quantity of the detectors, or the reason why it is absent, into the list. */
  public void describe(QuantityList out) {
    basins.describe(out);
  }

  /** What is found besides quantities: basins, forecasts and their scores, averages. */
  public Findings findings() {
    return new Findings(
        basins.report(),
        Findings.NONE.forecasts(),
        Findings.NONE.scores(),
        Findings.NONE.averages());
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    basins.writeTo(out);
    gradient.writeTo(out);
    divergence.writeTo(out);
    nonFinite.writeTo(out);
    lostTelemetry.writeTo(out);
    learningRate.writeTo(out);
    out.writeByte(trend.ordinal());
    out.writeLong(stepsWithoutLoss);
    out.writeLong(lost);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    basins.readFrom(in);
    gradient.readFrom(in);
    divergence.readFrom(in);
    nonFinite.readFrom(in);
    lostTelemetry.readFrom(in);
    learningRate.readFrom(in);
    trend = Trend.values()[in.readByte()];
    stepsWithoutLoss = in.readLong();
    lost = in.readLong();
  }
}
