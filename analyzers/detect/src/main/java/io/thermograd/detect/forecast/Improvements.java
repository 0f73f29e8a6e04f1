package io.thermograd.detect.forecast;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.LossMoments;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts, while the loss falls, the steps until the smoothed loss is 1 % lower than it is.
 *
 * <p>At a steady slope b it is T̂ = 0.01·loss/|b|, since the smoothing's lag is the same at both
 * ends. The predictive law is lognormal. Its deviation is at first that of the slope's error, of
 * the smoothed loss's own, which may touch the mark early, and {@value #MODEL} for slopes that do
 * not last; then its centre and scale follow the errors of the run's own past forecasts. Errors
 * have no law that lasts, so the width also follows the coverage itself: a forecast that fails
 * widens the next ones by e^{0.9γ}, one that holds narrows them by e^{−0.1γ}, which has 90 % as its
 * only rest whatever the errors are. One that the loss stops falling under is scored like any
 * other.
 *
 * <p>O(1) a step. One owner thread. Source of the widening: I. Gibbs, E. Candès, Adaptive conformal
 * inference under distribution shift, NeurIPS 2021, arXiv:2106.00170.
 */
final class Improvements {
  private static final double SHARE = 0.01;
  private static final double MODEL = 0.4;

  /** Forecasts that the prior of centre and scale weighs. */
  private static final double PRIOR = 2;

  /** Weight kept by past errors when another comes. */
  private static final double KEEPS = 0.95;

  /** γ. */
  private static final double WIDENS = 0.1;

  private static final double LONGEST = 1e9;

  private final Ledger ledger;
  private double weight;
  private double shift;
  private double square;
  private double logWidening;

  Improvements(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Adds a step; a forecast is made when none waits for its outcome. */
  void accept(long step, LossMoments loss, Standing standing, Settings settings) {
    boolean waits = false;
    for (Entry entry : ledger.entries()) {
      if (entry.kind() == ForecastKind.STEPS_TO_IMPROVEMENT && !entry.resolved()) {
        if (loss.mean() <= entry.subject()) {
          entry.resolve(step - entry.madeAt());
          learn(entry, entry.outcome(), false);
        } else if (entry.due() <= step) {
          learn(entry, entry.due() - entry.madeAt(), true);
        } else {
          waits = true;
        }
      }
    }
    if (waits || ledger.open(ForecastKind.STEPS_TO_IMPROVEMENT) >= Ledger.MOST) {
      return;
    }
    Predictive.LogNormal steps = predict(loss, standing);
    if (steps == null) {
      return;
    }
    double longest = Math.ceil(steps.quantile((1 + Ledger.LEVEL) / 2));
    if (longest < LONGEST) {
      ledger.add(
          new Entry(
              ForecastKind.STEPS_TO_IMPROVEMENT,
              step,
              step + Math.max(1, (long) longest),
              steps,
              settings,
              (1 - SHARE) * loss.mean()));
    }
  }

  private void learn(Entry entry, double outcome, boolean late) {
    if (entry.predictive() instanceof Predictive.LogNormal made) {
      double error = (Math.log(Math.max(1, outcome)) - made.meanLog()) / made.deviation();
      // In units of what was said, which itself was shifted and scaled.
      double own = shift() + widening() * error;
      weight = KEEPS * weight + 1;
      shift += (own - shift) / weight;
      square += (own * own - square) / weight;
      boolean failed = late || !made.covers(outcome, Ledger.LEVEL);
      logWidening += WIDENS * ((failed ? 1 : 0) - (1 - Ledger.LEVEL));
    }
  }

  private double shift() {
    return shift * weight / (weight + PRIOR);
  }

  private double scale() {
    double spread = Math.max(0, square - shift * shift);
    return Math.sqrt((spread * weight + PRIOR) / (weight + PRIOR));
  }

  private double widening() {
    return scale() * Math.exp(logWidening);
  }

  /** Null unless the loss falls and is positive. */
  Predictive.@Nullable LogNormal predict(LossMoments loss, Standing standing) {
    double slope = -standing.slope();
    double fall = SHARE * loss.mean();
    if (standing.drift() != Drift.FALLING || !loss.ready() || !(slope > 0) || !(fall > 0)) {
      return null;
    }
    double early = loss.meanError() / 2 / fall;
    double error = standing.slopeError() / slope;
    double deviation = Math.sqrt(MODEL * MODEL + error * error + Math.min(early * early, 4));
    double centre = Math.log(fall / slope) + shift() * deviation;
    double width = widening() * deviation;
    return Double.isFinite(centre) && width > 0 && Double.isFinite(width)
        ? new Predictive.LogNormal(centre, width)
        : null;
  }

  void describe(QuantityList out, LossMoments loss, Standing standing) {
    Predictive.LogNormal steps = predict(loss, standing);
    if (steps == null) {
      out.absent(
          QuantityName.STEPS_TO_IMPROVEMENT,
          loss.ready() && !(loss.mean() > 0)
              ? "1 % of a loss that is not positive means nothing"
              : "the loss is not found to be falling");
      return;
    }
    out.put(
        QuantityName.STEPS_TO_IMPROVEMENT,
        steps.quantile(0.5),
        steps.quantile(0.025),
        steps.quantile(0.975),
        "slope");
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(weight);
    out.writeDouble(shift);
    out.writeDouble(square);
    out.writeDouble(logWidening);
  }

  void readFrom(DataInput in) throws IOException {
    weight = in.readDouble();
    shift = in.readDouble();
    square = in.readDouble();
    logWidening = in.readDouble();
  }
}
