package io.thermograd.estimate.step;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The settings and scalars of one step, which outlive its gradients.
 *
 * @param sketched whether {@code gradSqnorm} is the sketch's, not one that the trainer sent
 */
public record StepScalars(
    @Nullable Double loss,
    @Nullable Double learningRate,
    long batchSize,
    @Nullable Double gradSqnorm,
    boolean sketched) {

  public static StepScalars of(TrainingStep step, double sketchedSqnorm) {
    Double sqnorm = step.gradSqnorm();
    boolean sketched = sqnorm == null && !Double.isNaN(sketchedSqnorm);
    return new StepScalars(
        step.loss(),
        step.learningRate(),
        step.batchSize(),
        sketched ? (Double) sketchedSqnorm : sqnorm,
        sketched);
  }

  public void writeTo(DataOutput out) throws IOException {
    writeOptional(out, loss);
    writeOptional(out, learningRate);
    out.writeLong(batchSize);
    writeOptional(out, gradSqnorm);
    out.writeBoolean(sketched);
  }

  public static StepScalars readFrom(DataInput in) throws IOException {
    return new StepScalars(
        readOptional(in), readOptional(in), in.readLong(), readOptional(in), in.readBoolean());
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
