package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Forecast;
import io.thermograd.wire.ForecastScore;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * All forecasts of one attempt of a run, each written down when it is made and scored when it is
 * due: the next window's mean loss, the steps to a loss 1 % lower, the effect of a lower learning
 * rate or larger batch, and the escape from the present basin.
 *
 * <p>A forecast is void when learning rate or batch size change by more than it allows, when a step
 * is not finite, or when the run ends before it is due. Intervals are of 90 %.
 *
 * <p>O(1) a step; state below 20 KiB. One owner thread.
 */
public final class Forecasts {
  private final OptionalLong budget;
  private final Ledger ledger = new Ledger();
  private final LossWindows windows = new LossWindows(ledger);
  private final Improvements improvements = new Improvements(ledger);
  private final LossChanges changes = new LossChanges(ledger);
  private final Escapes escapes;
  private Settings settings = Settings.NONE;
  private Settings reference = Settings.NONE;
  private long step = -1;

  /** For one attempt of a run. */
  public Forecasts(RunSettings settings) {
    this.budget = settings.budgetSteps();
    this.escapes = new Escapes(settings, ledger);
  }

  /**
   * Adds one step.
   *
   * @param estimators of the run, which have seen this step, as have the standings
   * @param basins what is known of them, asked for every 64 steps and at every change
   * @param change of basin that this step has shown
   */
  public void accept(
      TrainingStep now,
      RunEstimators estimators,
      Standing standing,
      Supplier<BasinStanding> basins,
      Optional<BasinChange> change) {
    step = now.step();
    if (now.nonFinite()) {
      ledger.voidIf(entry -> true);
      windows.restart();
      return;
    }
    Settings next = Settings.of(now, estimators.batchSize(), settings);
    if (next != settings) {
      settings = next;
      ledger.voidIf(entry -> !entry.settings().same(next, entry.kind().tolerance()));
      if (!reference.same(next, ForecastKind.LOSS.tolerance())) {
        reference = next;
        windows.restart();
      }
    }
    Double given = now.loss();
    double loss = given == null ? Double.NaN : given;
    windows.accept(step, loss, settings);
    improvements.accept(step, estimators.loss(), standing, settings);
    changes.accept(step, loss, settings, standing, estimators.fluctuations());
    escapes.accept(now, settings, standing, basins, change);
    changes.conclude(step);
    escapes.conclude(step);
    ledger.settle(step);
  }

  /** The run is over: what is still open becomes void. */
  public void end() {
    ledger.voidIf(entry -> true);
  }

  /** What is open, by the step at which it is due. */
  public List<Forecast> open() {
    return ledger.forecasts();
  }

  /** How good the forecasts that were due have been, by kind. */
  public Map<String, ForecastScore> scores() {
    return ledger.scores();
  }

  /** The way out of the present basin, looked at every 64 steps and at every change. */
  public EscapeOutlook outlook() {
    return escapes.outlook();
  }

  /** Publishes the forecasts as quantities, with 95 % intervals. */
  public void describe(
      QuantityList out, RunEstimators estimators, Standing standing, BasinStanding basins) {
    EscapeQuantities.describe(out, escapes, basins, budget, step);
    improvements.describe(out, estimators.loss(), standing);
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    ledger.writeTo(out);
    windows.writeTo(out);
    improvements.writeTo(out);
    changes.writeTo(out);
    escapes.writeTo(out);
    settings.writeTo(out);
    reference.writeTo(out);
    out.writeLong(step);
  }

  /** Replaces the state by what {@link #writeTo} wrote, for the same settings. */
  public void readFrom(DataInput in) throws IOException {
    ledger.readFrom(in);
    windows.readFrom(in);
    improvements.readFrom(in);
    changes.readFrom(in);
    escapes.readFrom(in);
    settings = Settings.readFrom(in);
    reference = Settings.readFrom(in);
    step = in.readLong();
  }
}
