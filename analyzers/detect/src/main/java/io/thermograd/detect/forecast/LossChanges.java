package io.thermograd.detect.forecast;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.fluctuation.Fluctuations;
import io.thermograd.wire.Quantity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * When the trainer lowers the learning rate or raises the batch size of a run whose loss is flat,
 * forecasts what that does to the loss, and holds against it the mean loss before and after: after
 * the memory by which fluctuations are measured has passed (longer by as much as a lower rate slows
 * the relaxation), over twice that time.
 *
 * <p>The outcome's own error, of both means, is in the forecast's deviation. Where no loss was
 * negative none is forecast to be: the normal law of the change is clipped at minus the level.
 * Nothing is forecast where the forecast of the energy is absent or more than there is of the loss,
 * where the loss moves, or for less than a tenth. O(1) a step. One owner thread.
 */
final class LossChanges {
  private static final double TOLERANCE = ForecastKind.LOSS_CHANGE.tolerance();
  private static final double WORTH = 0.9;
  private static final double NORMAL = 1.959963984540054;
  private static final double LARGEST = 1e100;

  private final Ledger ledger;
  private Settings settings = Settings.NONE;
  private boolean flat;
  private boolean signed;
  private double level;
  private double levelError;
  private long from = -1;
  private double before;
  private long losses;
  private double sum;

  LossChanges(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Adds a step.
   *
   * @param loss NaN when it has none
   */
  void accept(long step, double loss, Settings now, Standing standing, Fluctuations fluctuations) {
    signed |= loss < 0;
    if (!settings.same(now, TOLERANCE)) {
      from = -1;
      if (flat && now.learningRate() > 0 && settings.learningRate() > 0) {
        forecast(step, now, fluctuations);
      }
      settings = now;
    }
    flat = standing.drift() == Drift.FLAT;
    level = standing.level();
    // Of the mean of what the slope's line is through: sd(slope)·window/√12.
    levelError = standing.slopeError() * standing.window() / Math.sqrt(12);
    if (from >= 0 && step >= from && Math.abs(loss) < LARGEST) {
      losses++;
      sum += loss;
    }
  }

  private void forecast(long step, Settings now, Fluctuations fluctuations) {
    double rate = now.learningRate() / settings.learningRate();
    double batch = (double) settings.batchSize() / Math.max(1, now.batchSize());
    if (!(rate <= 1 && batch <= 1 && batch > 0 && rate * batch <= WORTH)) {
      return;
    }
    Quantity change = fluctuations.lossChange(rate, batch);
    if (change == null || change.value() == null || change.high() == null) {
      return;
    }
    double half = change.high() - change.value();
    double deviation = Math.sqrt(half * half / (NORMAL * NORMAL) + 2 * levelError * levelError);
    long settle = (long) Math.ceil(fluctuations.memory() / Math.max(rate, 0.01));
    double value = change.value();
    if (!(deviation > 0 && deviation < Double.POSITIVE_INFINITY)
        || !(signed || level + value >= 0)) {
      return;
    }
    var law = new Predictive.Normal(value, deviation);
    if (ledger.add(
        new Entry(
            ForecastKind.LOSS_CHANGE,
            step,
            step + 3 * settle,
            signed ? law : new Predictive.Clipped(law, -level),
            now,
            0))) {
      from = step + settle;
      before = level;
      losses = 0;
      sum = 0;
    }
  }

  /** Gives the forecast that is due its outcome. */
  void conclude(long step) {
    for (Entry entry : ledger.entries()) {
      if (entry.kind() == ForecastKind.LOSS_CHANGE && entry.due() <= step && losses > 0) {
        entry.resolve(sum / losses - before);
        from = -1;
      }
    }
  }

  void writeTo(DataOutput out) throws IOException {
    settings.writeTo(out);
    out.writeBoolean(flat);
    out.writeBoolean(signed);
    out.writeDouble(level);
    out.writeDouble(levelError);
    out.writeLong(from);
    out.writeDouble(before);
    out.writeLong(losses);
    out.writeDouble(sum);
  }

  void readFrom(DataInput in) throws IOException {
    settings = Settings.readFrom(in);
    flat = in.readBoolean();
    signed = in.readBoolean();
    level = in.readDouble();
    levelError = in.readDouble();
    from = in.readLong();
    before = in.readDouble();
    losses = in.readLong();
    sum = in.readDouble();
  }
}
