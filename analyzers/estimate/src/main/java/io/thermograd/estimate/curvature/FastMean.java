package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.HalfLife;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Exponentially weighted mean of a positive series, without an interval. O(1). */
final class FastMean {
  private final double decay;
  private double weight;
  private double mean = Double.NaN;

  FastMean(double halfLife) {
    this.decay = HalfLife.decay(halfLife);
  }

  /** Adds a sample; one that is not finite or negative changes nothing. */
  void accept(double x) {
    if (!(x >= 0 && x < Double.POSITIVE_INFINITY)) {
      return;
    }
    weight = decay * weight + 1;
    mean = weight == 1 ? x : mean + (x - mean) / weight;
  }

  /** Whether it averages over a half-life. */
  boolean settled() {
    return weight * (1 - decay) >= 0.5;
  }

  /** NaN before the first sample. */
  double mean() {
    return mean;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(weight);
    out.writeDouble(mean);
  }

  void readFrom(DataInput in) throws IOException {
    weight = in.readDouble();
    mean = in.readDouble();
  }
}
