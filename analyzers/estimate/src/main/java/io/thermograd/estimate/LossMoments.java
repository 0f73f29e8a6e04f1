package io.thermograd.estimate;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Smoothed loss with its error, at two speeds.
 *
 * <p>Mini-batch losses are, given the parameters' path, independent estimates of the full loss
 * along it: the mean's interval is about that path's weighted average, and successive differences
 * give the batch noise alone. O(1). One owner thread.
 */
public final class LossMoments {
  private static final int NEEDED = 20;
  private static final double SLOWER = 4;

  private final double decay;
  private final double slowDecay;
  private final ForgettingMean recent;
  private final ForgettingMean slow;
  private double crossWeight;

  LossMoments(double halfLife) {
    decay = HalfLife.decay(halfLife);
    slowDecay = HalfLife.decay(SLOWER * halfLife);
    recent = new ForgettingMean(1, halfLife, Dependence.INDEPENDENT);
    slow = new ForgettingMean(1, SLOWER * halfLife, Dependence.INDEPENDENT);
  }

  void accept(double loss) {
    if (recent.accept(loss)) {
      slow.accept(loss);
      crossWeight = decay * slowDecay * crossWeight + 1;
    }
  }

  /** Steps with a finite loss so far. */
  public long count() {
    return recent.count();
  }

  /** Whether the mean is published. */
  public boolean ready() {
    return recent.count() >= NEEDED;
  }

  /** Weighted mean; NaN before the first step. */
  public double mean() {
    return recent.mean(0);
  }

  /** Half-width of the mean's 95 % interval. */
  public double meanError() {
    return StudentT.quantile975(recent.degrees()) * Math.sqrt(recent.meanVariance(0));
  }

  /** Standard deviation of one mini-batch loss around the full loss. */
  public double standardDeviation() {
    return Math.sqrt(recent.sampleVariance(0));
  }

  /** Loss of some hundred steps ago minus now: slow mean − recent mean. */
  public double decrease() {
    return slow.mean(0) - recent.mean(0);
  }

  /** Standard error of {@link #decrease()} under batch noise alone. */
  public double decreaseError() {
    // Σ(w_fast − w_slow)² of the normalised weights, times one sample's variance.
    double fast = 1 / recent.effectiveCount();
    double slowShare = 1 / slow.effectiveCount();
    double cross = crossWeight / (recent.weight() * slow.weight());
    return Math.sqrt(recent.sampleVariance(0) * Math.max(0, fast + slowShare - 2 * cross));
  }

  void describe(QuantityList out) {
    if (!ready()) {
      String reason = WarmUp.reason(recent.count(), NEEDED, "steps with a loss");
      out.absent(QuantityName.LOSS, reason);
      out.absent(QuantityName.LOSS_SD, reason);
      return;
    }
    double error = meanError();
    out.put(QuantityName.LOSS, mean(), mean() - error, mean() + error, "exponential_mean");
    double sd = standardDeviation();
    // var(s²) of squared differences of normal samples is 3σ⁴/N_eff, so sd(s)/s = √(3/(4 N_eff)).
    double width =
        StudentT.quantile975(recent.degrees()) * Math.sqrt(0.75 / recent.effectiveCount());
    out.put(
        QuantityName.LOSS_SD,
        sd,
        sd * Math.max(0, 1 - width),
        sd * (1 + width),
        "successive_differences");
  }

  void writeTo(DataOutput out) throws IOException {
    recent.writeTo(out);
    slow.writeTo(out);
    out.writeDouble(crossWeight);
  }

  void readFrom(DataInput in) throws IOException {
    recent.readFrom(in);
    slow.readFrom(in);
    crossWeight = in.readDouble();
  }
}
