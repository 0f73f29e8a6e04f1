package io.thermograd.estimate.curvature;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How far the stream's λ_max was from the probe's when both were there: d = log(stream/probe) at
 * the latest probe, whose standard error counts the stream's own and the fluctuation of a single
 * step, which an average does not have. The mean of d² over probes, the latest weighing half,
 * bounds the stream's variance from below.
 */
final class Disagreement {
  private static final double NORMAL = 1.959963984540054;
  private static final String METHOD = "stream_over_probe";

  private double difference = Double.NaN;
  private double error = Double.NaN;
  private double meanSquare = Double.NaN;
  private String reason = "waits for a probe beside the stream's sharpness";

  void accept(double probe, StreamSharpness stream, double fluctuation) {
    String absent = stream.absent();
    if (absent != null) {
      difference = Double.NaN;
      reason = "the stream knew no sharpness at the latest probe: " + absent;
      return;
    }
    difference = StrictMath.log(stream.value() / probe);
    error = Math.sqrt(stream.logError() * stream.logError() + fluctuation);
    double square = difference * difference;
    meanSquare = Double.isNaN(meanSquare) ? square : (meanSquare + square) / 2;
  }

  /** Whether the stream has ever been held against a probe. */
  boolean compared() {
    return !Double.isNaN(meanSquare);
  }

  /** Whether the two excluded each other. */
  boolean excludes() {
    return Math.abs(difference) > NORMAL * error;
  }

  /** Variance of the stream's logarithm, as it states it or as it has shown it. */
  double variance(double stated) {
    double variance = stated * stated;
    return Double.isNaN(meanSquare) ? variance : Math.max(variance, meanSquare);
  }

  void describe(QuantityList out, boolean probed) {
    if (Double.isNaN(difference)) {
      out.absent(
          QuantityName.SHARPNESS_DISAGREEMENT,
          probed ? reason : "needs a probe to compare the stream with: set hessian_top in a probe");
      return;
    }
    out.put(
        QuantityName.SHARPNESS_DISAGREEMENT,
        difference,
        difference - NORMAL * error,
        difference + NORMAL * error,
        METHOD);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(difference);
    out.writeDouble(error);
    out.writeDouble(meanSquare);
    out.writeUTF(reason);
  }

  void readFrom(DataInput in) throws IOException {
    difference = in.readDouble();
    error = in.readDouble();
    meanSquare = in.readDouble();
    reason = in.readUTF();
  }
}
