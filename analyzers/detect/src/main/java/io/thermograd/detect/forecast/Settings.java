package io.thermograd.detect.forecast;

import io.thermograd.estimate.step.TrainingStep;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Learning rate and batch size in use.
 *
 * @param learningRate η; 0 while the run has sent none
 * @param batchSize B; 0 likewise
 */
record Settings(double learningRate, long batchSize) {
  static final Settings NONE = new Settings(0, 0);

  /**
   * Those of a step; what it does not say is as before.
   *
   * @param batchSize in use; 0 where it is not known
   */
  static Settings of(TrainingStep step, long batchSize, Settings before) {
    Double given = step.learningRate();
    double rate = given == null || !Double.isFinite(given) ? before.learningRate : given;
    long batch = batchSize > 0 ? batchSize : before.batchSize;
    return rate == before.learningRate && batch == before.batchSize
        ? before
        : new Settings(rate, batch);
  }

  /** Whether the others are these within a relative tolerance. */
  boolean same(Settings other, double tolerance) {
    return this == other
        || (Math.abs(other.learningRate - learningRate) <= tolerance * learningRate
            && Math.abs(other.batchSize - batchSize) <= tolerance * batchSize);
  }

  /** η/B, what the temperature is proportional to. */
  double nominal() {
    return learningRate / Math.max(1, batchSize);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(learningRate);
    out.writeLong(batchSize);
  }

  static Settings readFrom(DataInput in) throws IOException {
    return new Settings(in.readDouble(), in.readLong());
  }
}
