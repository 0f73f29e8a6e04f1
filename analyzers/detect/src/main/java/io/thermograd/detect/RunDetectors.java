package io.thermograd.detect;

import io.thermograd.estimate.LossMoments;
import io.thermograd.estimate.QuantityList;
import io.thermograd.estimate.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All detectors of one attempt of a run: alerts when something begins, the regime and the verdict
 * at any time. O(1) a step. One owner thread.
 */
public final class RunDetectors {
  private static final int QUIET_AFTER_NON_FINITE = 100;
  private static final int QUIET_AFTER_LOSS = 1_000;
  private static final double DESCENT_BEGINS_SDS = 3;
  private static final double DESCENT_ENDS_SDS = 1.5;

  private final AlertWriter alerts;
  private final DivergenceDetector divergence = new DivergenceDetector();
  private final Episode nonFinite = new Episode(QUIET_AFTER_NON_FINITE);
  private final Episode lostTelemetry = new Episode(QUIET_AFTER_LOSS);
  private final LearningRateHistory learningRate = new LearningRateHistory();
  private boolean wasDiverging;
  private boolean descending;
  private long lost;

  /** For one attempt of a run. */
  public RunDetectors(String runId, int attempt) {
    this.alerts = new AlertWriter(runId, attempt, divergence, learningRate);
  }

  /**
   * Adds one step.
   *
   * @param lostEvents events dropped by the agents and steps missing, so far
   * @param smoothed the smoothed loss, this step included
   * @return the alerts that this step opens
   */
  public List<Alert> accept(TrainingStep step, long lostEvents, LossMoments smoothed) {
    Double loss = step.loss();
    Double rate = step.learningRate();
    if (rate != null) {
      learningRate.accept(step.step(), rate);
    }
    if (loss != null) {
      divergence.accept(step.step(), loss);
    }
    boolean overflow = step.nonFinite() || (loss != null && !Double.isFinite(loss));
    boolean newLoss = lostEvents > lost;
    lost = lostEvents;

    var opened = new ArrayList<Alert>(0);
    if (nonFinite.accept(step.step(), overflow)) {
      opened.add(alerts.nonFinite(step));
    }
    if (divergence.diverging() && !wasDiverging) {
      opened.add(alerts.divergence(step));
    }
    wasDiverging = divergence.diverging();
    if (lostTelemetry.accept(step.step(), newLoss)) {
      opened.add(alerts.lostTelemetry(step, lostEvents));
    }
    // Two thresholds, so that a loss at the edge of significance does not change regime every step.
    double significance = smoothed.decrease() / smoothed.decreaseError();
    descending = significance > (descending ? DESCENT_ENDS_SDS : DESCENT_BEGINS_SDS);
    return opened;
  }

  /** The regime, or empty when none is identified: {@link #regimeMissing} then says why. */
  public Optional<Regime> regime(LossMoments smoothed) {
    if (divergence.diverging() || nonFinite.open()) {
      return Optional.of(Regime.DIVERGING);
    }
    if (!smoothed.ready()) {
      return Optional.of(Regime.WARMING_UP);
    }
    return descending ? Optional.of(Regime.DESCENDING) : Optional.empty();
  }

  /** Why there is no regime. */
  public String regimeMissing() {
    return "the loss is flat within its error; whether that is a plateau or thermal equilibrium is"
        + " not tested";
  }

  /** Verdict / Why / Next for what is known now. */
  public Verdict verdict(QuantityList known, LossMoments smoothed) {
    var writer = new VerdictWriter(known.quantities(), divergence, nonFinite, learningRate);
    return writer.write(regime(smoothed), smoothed);
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    divergence.writeTo(out);
    nonFinite.writeTo(out);
    lostTelemetry.writeTo(out);
    learningRate.writeTo(out);
    out.writeBoolean(wasDiverging);
    out.writeBoolean(descending);
    out.writeLong(lost);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    divergence.readFrom(in);
    nonFinite.readFrom(in);
    lostTelemetry.readFrom(in);
    learningRate.readFrom(in);
    wasDiverging = in.readBoolean();
    descending = in.readBoolean();
    lost = in.readLong();
  }
}
