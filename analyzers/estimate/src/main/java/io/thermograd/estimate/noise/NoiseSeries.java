package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.RatioInterval;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Exponentially weighted averages of one method's per-step estimates of (tr Σ, ‖G‖²), and what
 * follows from the two: the noise scale tr Σ/‖G‖² as the ratio of averages, never an average of
 * ratios. Negative per-step estimates of ‖G‖² are averaged as they are.
 *
 * <p>Whether tr Σ is more than rounding is judged on the averages as well: leaving out single steps
 * for the size of their estimate would bias what remains.
 */
public final class NoiseSeries {
  private static final int TRACE = 0;
  private static final int SIGNAL = 1;
  private static final int RESOLUTION = 2;
  private static final int SKETCHED = 3;
  private static final int NEEDED = 20;

  private final String method;
  private final int sketchDim;
  private final ForgettingMean means;

  /**
   * @param sketchDim k, 0 when gradients are sent whole
   */
  public NoiseSeries(String method, int sketchDim, double halfLife, Dependence dependence) {
    this.method = method;
    this.sketchDim = sketchDim;
    this.means = new ForgettingMean(4, halfLife, dependence);
  }

  /**
   * Adds a step; false, and no change, when a number is not finite.
   *
   * @param resolution smallest tr Σ that this step's arithmetic can tell from its rounding
   * @param sketched whether the signal is from a sketch, not exact
   */
  public boolean accept(double trace, double signal, double resolution, boolean sketched) {
    return means.accept(trace, signal, resolution, sketched ? signal : 0);
  }

  public String method() {
    return method;
  }

  public long count() {
    return means.count();
  }

  public boolean ready() {
    return means.count() >= NEEDED;
  }

  /** Whether the trace is more than rounding. */
  public boolean resolved() {
    return trace() >= means.mean(RESOLUTION);
  }

  public double trace() {
    return means.mean(TRACE);
  }

  /** ‖G‖²̂, unbiased, may be negative. */
  public double signal() {
    return means.mean(SIGNAL);
  }

  /**
   * Variance of the trace's error: the samples' part, plus the sketch's, which no averaging over
   * steps removes, 2(tr Σ)²/(k·d_eff).
   */
  public double traceVariance(double sketchVariance) {
    return means.meanVariance(TRACE) + sketchVariance * trace() * trace();
  }

  /** The same for ‖G‖², of whose square a sketch's variance is 2/k at most. */
  private double signalVariance() {
    double sketched = means.mean(SKETCHED);
    double share = sketchDim == 0 ? 0 : 2.0 / sketchDim;
    return means.meanVariance(SIGNAL) + share * sketched * sketched;
  }

  public double factor() {
    return StudentT.quantile975(means.degrees());
  }

  /** Publishes noise trace, squared gradient norm and noise scale, or says what is missing. */
  public void describe(QuantityList out, double sketchVariance) {
    if (!ready()) {
      String reason = WarmUp.reason(means.count(), NEEDED, "steps");
      out.absent(QuantityName.GRADIENT_SQNORM, reason);
      out.absent(QuantityName.NOISE_TRACE, reason);
      out.absent(QuantityName.GRADIENT_NOISE_SCALE, reason);
      return;
    }
    double signal = signal();
    double signalError = factor() * Math.sqrt(signalVariance());
    out.put(
        QuantityName.GRADIENT_SQNORM, signal, signal - signalError, signal + signalError, method);
    if (!resolved()) {
      String reason =
          "the gradients differ by less than their rounding: send sketches of at least 2"
              + " micro-batches a step";
      out.absent(QuantityName.NOISE_TRACE, reason);
      out.absent(QuantityName.GRADIENT_NOISE_SCALE, reason);
      return;
    }
    double traceError = factor() * Math.sqrt(traceVariance(sketchVariance));
    out.put(
        QuantityName.NOISE_TRACE,
        trace(),
        Math.max(0, trace() - traceError),
        trace() + traceError,
        method);
    describeNoiseScale(out, signal, sketchVariance);
  }

  private void describeNoiseScale(QuantityList out, double signal, double sketchVariance) {
    RatioInterval interval =
        RatioInterval.of(
            trace(),
            signal,
            traceVariance(sketchVariance),
            signalVariance(),
            means.meanCovariance(TRACE, SIGNAL),
            factor());
    if (Double.isFinite(interval.high()) && Double.isFinite(interval.low())) {
      out.put(
          QuantityName.GRADIENT_NOISE_SCALE,
          trace() / signal,
          Math.max(0, interval.low()),
          interval.high(),
          method);
      return;
    }
    if (Double.isFinite(interval.low())) {
      out.put(QuantityName.GRADIENT_NOISE_SCALE, Quantity.atLeast(interval.low(), method));
    }
    out.absent(
        QuantityName.GRADIENT_NOISE_SCALE,
        "the gradient is lost in its noise: the interval of ‖G‖² covers 0, so at most a lower bound"
            + " is known");
  }

  public void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
  }

  public void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
  }
}
