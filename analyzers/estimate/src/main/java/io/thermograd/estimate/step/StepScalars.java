package io.thermograd.estimate.step;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The settings and scalars of the latest step, which outlive its gradients. One owner thread. */
public final class StepScalars {
  private @Nullable Double loss;
  private @Nullable Double learningRate;
  private final UsualBatch usual = new UsualBatch();
  private long batchSize;
  private double gradSqnorm = Double.NaN;
  private boolean sent;

  /** Replaces all by what a step says; ‖ḡ‖² is the sketch's where the trainer sent none. */
  public void set(TrainingStep step, double sketchedSqnorm) {
    loss = step.loss();
    learningRate = step.learningRate();
    batchSize = step.batchSize() > 0 ? usual.accept(step.batchSize()) : 0;
    Double sqnorm = step.gradSqnorm();
    sent = sqnorm != null;
    gradSqnorm = sqnorm == null ? sketchedSqnorm : sqnorm;
  }

  /** Mini-batch loss. */
  public @Nullable Double loss() {
    return loss;
  }

  /** η. */
  public @Nullable Double learningRate() {
    return learningRate;
  }

  /** B that is in use, see {@link UsualBatch}; 0 where the latest step sent none. */
  public long batchSize() {
    return batchSize;
  }

  /** ‖ḡ‖², null when neither norm nor sketch was sent. */
  public @Nullable Double gradSqnorm() {
    return sent || !Double.isNaN(gradSqnorm) ? (Double) gradSqnorm : null;
  }

  /** Whether {@link #gradSqnorm} is the sketch's, not one that the trainer sent. */
  public boolean sketched() {
    return !sent && !Double.isNaN(gradSqnorm);
  }

  public void writeTo(DataOutput out) throws IOException {
    writeOptional(out, loss);
    writeOptional(out, learningRate);
    usual.writeTo(out);
    out.writeLong(batchSize);
    out.writeDouble(gradSqnorm);
    out.writeBoolean(sent);
  }

  /** What {@link #writeTo} wrote. */
  public static StepScalars readFrom(DataInput in) throws IOException {
    StepScalars scalars = new StepScalars();
    scalars.loss = readOptional(in);
    scalars.learningRate = readOptional(in);
    scalars.usual.readFrom(in);
    scalars.batchSize = in.readLong();
    scalars.gradSqnorm = in.readDouble();
    scalars.sent = in.readBoolean();
    return scalars;
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
