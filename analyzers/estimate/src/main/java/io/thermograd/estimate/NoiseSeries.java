package io.thermograd.estimate;

import io.thermograd.estimate.ForgettingMean.Dependence;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Exponentially weighted averages of one method's per-step estimates of (tr Σ, ‖G‖²), and what
 * follows from the two: the noise scale tr Σ/‖G‖² as the ratio of averages, never an average of
 * ratios. Negative per-step estimates of ‖G‖² are averaged as they are.
 */
final class NoiseSeries {
  private static final int TRACE = 0;
  private static final int SIGNAL = 1;
  private static final int NEEDED = 20;

  private final String method;
  private final ForgettingMean means;

  NoiseSeries(String method, double halfLife, Dependence dependence) {
    this.method = method;
    this.means = new ForgettingMean(2, halfLife, dependence);
  }

  boolean accept(double trace, double signal) {
    return means.accept(trace, signal);
  }

  String method() {
    return method;
  }

  long count() {
    return means.count();
  }

  boolean ready() {
    return means.count() >= NEEDED;
  }

  double trace() {
    return means.mean(TRACE);
  }

  /**
   * Variance of the trace's error: the samples' part, plus the sketch's, which no averaging over
   * steps removes, 2(tr Σ)²/(k·d_eff).
   */
  double traceVariance(double sketchVariance) {
    return means.meanVariance(TRACE) + sketchVariance * trace() * trace();
  }

  double factor() {
    return StudentT.quantile975(means.effectiveCount() - 1);
  }

  /** Publishes noise trace, squared gradient norm and noise scale, or says what is missing. */
  void describe(QuantityList out, double sketchVariance) {
    if (!ready()) {
      String reason = "warming up: " + means.count() + " of " + NEEDED + " steps";
      out.absent(QuantityName.GRADIENT_SQNORM, reason);
      out.absent(QuantityName.NOISE_TRACE, reason);
      out.absent(QuantityName.GRADIENT_NOISE_SCALE, reason);
      return;
    }
    double signal = means.mean(SIGNAL);
    double signalError = factor() * Math.sqrt(means.meanVariance(SIGNAL));
    out.put(
        QuantityName.GRADIENT_SQNORM, signal, signal - signalError, signal + signalError, method);
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
            means.meanVariance(SIGNAL),
            means.meanCovariance(TRACE, SIGNAL),
            factor());
    if (signal > 0 && Double.isFinite(interval.high()) && Double.isFinite(interval.low())) {
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
        "the gradient is lost in its noise: the interval of ‖G‖² covers 0, so only a lower bound is"
            + " known");
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
  }
}
