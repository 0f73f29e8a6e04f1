package io.thermograd.estimate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The settings and scalars of one step, which outlive its gradients. */
record StepScalars(
    @Nullable Double loss,
    @Nullable Double learningRate,
    long batchSize,
    @Nullable Double gradSqnorm) {

  static StepScalars of(TrainingStep step, double sketchedSqnorm) {
    Double sqnorm = step.gradSqnorm();
    if (sqnorm == null && !Double.isNaN(sketchedSqnorm)) {
      sqnorm = sketchedSqnorm;
    }
    return new StepScalars(step.loss(), step.learningRate(), step.batchSize(), sqnorm);
  }

  void writeTo(DataOutput out) throws IOException {
    writeOptional(out, loss);
    writeOptional(out, learningRate);
    out.writeLong(batchSize);
    writeOptional(out, gradSqnorm);
  }

  static StepScalars readFrom(DataInput in) throws IOException {
    return new StepScalars(readOptional(in), readOptional(in), in.readLong(), readOptional(in));
  }

  private static void writeOptional(DataOutput out, @Nullable Double x) throws IOException {
    out.writeBoolean(x != null);
    if (x != null) {
      out.writeDouble(x);
    }
  }

  private static @Nullable Double readOptional(DataInput in) throws IOException {
    return in.readBoolean() ? in.readDouble() : null;
  }
}
