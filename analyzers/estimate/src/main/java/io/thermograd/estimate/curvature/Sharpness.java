package io.thermograd.estimate.curvature;

import io.thermograd.estimate.curvature.SharpnessTrack.Forecast;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * λ_max of the Hessian H from probes and from the stream, and how near the optimizer is to its edge
 * of stability.
 *
 * <p>At the step of a probe λ_max is what the probe says. Between probes it is the forecast of
 * {@link SharpnessTrack}, and, where the stream tells λ_max too, the mean of both with weights
 * 1/variance: the stream's variance is the larger one of what it states and of how far it was off
 * at the latest probes. Where their intervals excluded each other at the latest probe, the stream
 * is left out and {@code sharpness_disagreement} says by how much. Without a probe it is the
 * stream's alone.
 *
 * <p><b>Edge of stability.</b> On while the ratio hovers at 1: it begins when the estimate reaches
 * {@value #EDGE} and ends when the whole 95 % interval is below that, so that what is not known
 * does not make it flicker. Looked at in steps with a probe and, by the forecast alone, every
 * {@value #EVERY} steps; without probes every {@value #RARELY} steps.
 *
 * <p>Cost: O(1) a step. One owner thread. Source: QUANTITIES.md 4; J. Cohen et al.,
 * arXiv:2103.00065.
 */
public final class Sharpness {
  private static final double EDGE = 0.9;
  private static final int EVERY = 32;

  /** A reading of the stream takes up to a millisecond. */
  private static final int RARELY = 1024;

  private static final StreamSharpness UNASKED = StreamSharpness.absent("not asked");

  private static final double NORMAL = 1.959963984540054;

  /** Slope of log λ_max on log tr Σ to begin with; D⁻¹H has no such habit. */
  private static final double CLASSIFIER_SLOPE = 0.3;

  /** The covariate is to follow within a fraction of what the noise estimates average over. */
  private static final double TRACE_MEMORY = 0.2;

  private static final String PROBE = "probe";
  private static final String STREAM = "stream";
  private static final String COMBINED = "combined";
  private static final String SETTINGS = "settings";

  private final StabilityRule rule;
  private final SharpnessTrack hessian;
  private final SharpnessTrack preconditioned;
  private final Disagreement disagreement = new Disagreement();
  private final FastMean trace;

  private long step = -1;
  private double learningRate = Double.NaN;
  private long hessianStep = -1;
  private double hessianTop = Double.NaN;
  private long preconditionedStep = -1;
  private double preconditionedTop = Double.NaN;
  private double hessianTrace = Double.NaN;
  private boolean atEdge;
  private double ratio = Double.NaN;

  /**
   * @param halfLife of the noise estimates, steps
   */
  public Sharpness(RunSettings settings, double halfLife) {
    this.rule = StabilityRule.of(settings);
    this.hessian = new SharpnessTrack(CLASSIFIER_SLOPE, halfLife);
    this.preconditioned = new SharpnessTrack(0, halfLife);
    this.trace = new FastMean(TRACE_MEMORY * halfLife);
  }

  /**
   * Adds a step.
   *
   * @param noiseTrace the step's own estimate of tr Σ; NaN without one
   * @param stream λ_max as the stream tells it, asked for only now and then
   */
  public void accept(TrainingStep now, double noiseTrace, Supplier<StreamSharpness> stream) {
    step = now.step();
    Double rate = now.learningRate();
    learningRate = rate == null ? Double.NaN : rate;
    if (!now.nonFinite()) {
      trace.accept(noiseTrace);
    }
    Probe probe = now.probe();
    if (probe != null) {
      accept(probe, stream);
    }
    if (probe != null) {
      look(stream.get());
    } else if (step % EVERY == 0 && (rule.preconditioned() || hessian.readings() > 0)) {
      look(UNASKED);
    } else if (step % RARELY == 0) {
      look(stream.get());
    }
  }

  private void accept(Probe probe, Supplier<StreamSharpness> stream) {
    double c = covariate();
    if (probe.top().length > 0 && Double.isFinite(probe.top()[0])) {
      hessianTop = probe.top()[0];
      hessianStep = step;
      if (hessian.accept(step, hessianTop, c)) {
        Forecast now = hessian.at(step, c);
        disagreement.accept(hessianTop, stream.get(), now == null ? 0 : now.fluctuation());
      }
    }
    double[] scaled = probe.preconditionedTop();
    if (scaled.length > 0 && Double.isFinite(scaled[0])) {
      preconditionedTop = scaled[0];
      preconditionedStep = step;
      preconditioned.accept(step, preconditionedTop, c);
    }
    Double sent = probe.trace();
    if (sent != null && Double.isFinite(sent)) {
      hessianTrace = sent;
    }
  }

  /** log tr Σ, once it is an average over some steps. */
  private double covariate() {
    return trace.settled() ? StrictMath.log(trace.mean()) : Double.NaN;
  }

  private void look(StreamSharpness stream) {
    Estimate now = rule.preconditioned() ? preconditioned() : hessian(stream);
    if (now == null || rule.missing() != null || Double.isNaN(learningRate)) {
      atEdge = false;
      ratio = Double.NaN;
      return;
    }
    double factor = rule.gain() * learningRate;
    double value = measured(now.value());
    ratio = factor * value;
    atEdge = ratio >= EDGE || (atEdge && factor * now.high() >= EDGE);
  }

  private double measured(double otherwise) {
    if (rule.preconditioned()) {
      return preconditionedStep == step ? preconditionedTop : otherwise;
    }
    return hessianStep == step ? hessianTop : otherwise;
  }

  /** Whether the ratio hovers at the edge of stability. */
  public boolean atEdge() {
    return atEdge;
  }

  /** λ_max over the largest stable one, when it was last looked at; NaN while unknown. */
  public double ratio() {
    return ratio;
  }

  /** A λ_max with its 95 % interval, which is empty where it was measured at this very step. */
  private record Estimate(double value, double low, double high, String method) {
    static Estimate of(double log, double error, double factor, String method) {
      return new Estimate(
          StrictMath.exp(log),
          StrictMath.exp(log - factor * error),
          StrictMath.exp(log + factor * error),
          method);
    }

    static Estimate measured(double value) {
      return new Estimate(value, value, value, PROBE);
    }

    void publish(QuantityList out, QuantityName name, double factor) {
      if (low == high) {
        out.putExact(name, factor * value, method);
      } else {
        out.put(name, factor * value, factor * low, factor * high, method);
      }
    }
  }

  private @Nullable Estimate preconditioned() {
    Forecast now = preconditioned.at(step, covariate());
    return now == null ? null : Estimate.of(now.mean(), error(now), now.factor(), PROBE);
  }

  /** With no less of a fluctuation than networks at this distance from the edge have. */
  private double error(Forecast now) {
    return Math.sqrt(now.levelVariance() + fluctuation(now));
  }

  private double fluctuation(Forecast now) {
    double ratio = rule.gain() * learningRate * StrictMath.exp(now.mean());
    double least = StreamCurvature.FLUCTUATION * StreamCurvature.FLUCTUATION * ratio;
    return least > now.fluctuation() ? least : now.fluctuation();
  }

  private @Nullable Estimate hessian(StreamSharpness stream) {
    Forecast now = hessian.at(step, covariate());
    if (now == null) {
      return stream.present()
          ? Estimate.of(StrictMath.log(stream.value()), stream.logError(), NORMAL, STREAM)
          : null;
    }
    // Where noise and curvature do not share their directions the stream is biased, which only a
    // probe
    // beside it shows.
    if (!stream.present() || !disagreement.compared() || disagreement.excludes()) {
      return Estimate.of(now.mean(), error(now), now.factor(), PROBE);
    }
    double p = 1 / now.levelVariance();
    double q = 1 / disagreement.variance(stream.logError());
    double mean = (p * now.mean() + q * StrictMath.log(stream.value())) / (p + q);
    return Estimate.of(mean, Math.sqrt(1 / (p + q) + fluctuation(now)), now.factor(), COMBINED);
  }

  /** Publishes what is known, or says what is missing. */
  public void describe(QuantityList out, StreamSharpness stream) {
    describeProbe(out);
    disagreement.describe(out, hessian.readings() > 0);
    Estimate sharpness = null;
    if (hessianStep >= 0 && hessianStep == step) {
      sharpness = Estimate.measured(hessianTop);
    } else if (hessianStep >= 0 && !(hessianTop > 0)) {
      out.absent(
          QuantityName.SHARPNESS, "λ_max of the latest probe is not positive: waits for the next");
    } else {
      sharpness = hessian(stream);
      if (sharpness == null) {
        out.absent(QuantityName.SHARPNESS, stream.absent() + "; a probe with hessian_top tells it");
      }
    }
    if (sharpness != null) {
      sharpness.publish(out, QuantityName.SHARPNESS, 1);
    }
    describeRatio(out, rule.preconditioned() ? preconditionedNow() : sharpness);
  }

  private void describeProbe(QuantityList out) {
    if (hessianStep >= 0) {
      out.putExact(QuantityName.SHARPNESS_PROBE, hessianTop, PROBE);
    } else {
      out.absent(
          QuantityName.SHARPNESS_PROBE,
          "the run sends no probe: set hessian_top in a step's probe");
    }
    if (Double.isNaN(hessianTrace)) {
      out.absent(
          QuantityName.HESSIAN_TRACE, "the run sends none: set hessian_trace in a step's probe");
    } else {
      out.putExact(QuantityName.HESSIAN_TRACE, hessianTrace, PROBE);
    }
  }

  private void describeRatio(QuantityList out, @Nullable Estimate curvature) {
    String missing = rule.missing();
    if (missing == null && Double.isNaN(learningRate)) {
      missing = "the latest step did not say its learning rate: set learning_rate in step";
    }
    if (missing != null) {
      out.absent(QuantityName.STABILITY_LIMIT, missing);
      out.absent(QuantityName.STABILITY_RATIO, missing);
      return;
    }
    describeLimit(out);
    if (curvature == null) {
      out.absent(
          QuantityName.STABILITY_RATIO,
          rule.preconditioned()
              ? "stability of Adam hangs on λ_max of D⁻¹H: set preconditioned_top in a step's probe"
              : "waits for the sharpness");
    } else {
      curvature.publish(out, QuantityName.STABILITY_RATIO, rule.gain() * learningRate);
    }
  }

  private void describeLimit(QuantityList out) {
    if (rule.preconditioned()) {
      out.absent(
          QuantityName.STABILITY_LIMIT,
          "Adam's limit is one of D⁻¹H, not of the sharpness: see the stability ratio");
    } else {
      out.putExact(QuantityName.STABILITY_LIMIT, 1 / (rule.gain() * learningRate), SETTINGS);
    }
  }

  private @Nullable Estimate preconditionedNow() {
    if (preconditionedStep >= 0 && preconditionedStep == step) {
      return Estimate.measured(preconditionedTop);
    }
    return preconditionedTop > 0 ? preconditioned() : null;
  }

  public void writeTo(DataOutput out) throws IOException {
    hessian.writeTo(out);
    preconditioned.writeTo(out);
    disagreement.writeTo(out);
    trace.writeTo(out);
    out.writeLong(step);
    out.writeDouble(learningRate);
    out.writeLong(hessianStep);
    out.writeDouble(hessianTop);
    out.writeLong(preconditionedStep);
    out.writeDouble(preconditionedTop);
    out.writeDouble(hessianTrace);
    out.writeBoolean(atEdge);
    out.writeDouble(ratio);
  }

  public void readFrom(DataInput in) throws IOException {
    hessian.readFrom(in);
    preconditioned.readFrom(in);
    disagreement.readFrom(in);
    trace.readFrom(in);
    step = in.readLong();
    learningRate = in.readDouble();
    hessianStep = in.readLong();
    hessianTop = in.readDouble();
    preconditionedStep = in.readLong();
    preconditionedTop = in.readDouble();
    hessianTrace = in.readDouble();
    atEdge = in.readBoolean();
    ratio = in.readDouble();
  }
}
