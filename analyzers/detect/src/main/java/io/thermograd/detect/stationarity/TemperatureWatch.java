package io.thermograd.detect.stationarity;

import io.thermograd.estimate.step.TrainingStep;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether η/B, to which a noise floor is proportional, has jumped: by more than a schedule moves it
 * from step to step. O(1). One owner thread.
 */
final class TemperatureWatch {
  private static final double JUMP = 1.2;

  private double rate = 1;
  private double before = Double.NaN;

  /** Whether it is another one than in the step before; a rate that is not told is the last one. */
  boolean jumps(TrainingStep step) {
    Double told = step.learningRate();
    if (told != null && told > 0) {
      rate = told;
    }
    double now = rate / step.batchSize();
    boolean jumps = now > JUMP * before || now < before / JUMP;
    before = now;
    return jumps;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(rate);
    out.writeDouble(before);
  }

  void readFrom(DataInput in) throws IOException {
    rate = in.readDouble();
    before = in.readDouble();
  }
}
