package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Sketches of the updates D_t = θ_{t+1} − θ_t: differences of successive parameter sketches; where
 * those are not sent, the optimizer's own recursion on the gradient sketches, which are linear too:
 * v ← βv + ḡ, D = −ηv for SGD and the heavy ball, D = −η(ḡ + βv) for Nesterov.
 *
 * <p>The recursion starts from v = 0 at step 0, and after a gap waits until what it does not know
 * of v weighs β^n ≤ 10⁻⁴. Nothing is allocated once the first step has told k. One owner thread.
 */
final class Updates {
  private static final double FORGOTTEN = 1e-4;

  private final RunSettings settings;
  private float[] theta = new float[0];
  private float[] velocity = new float[0];
  private float[] update = new float[0];
  private double unknown = 1;
  private boolean predicted;
  private long last = -2;
  private boolean contiguous;

  Updates(RunSettings settings) {
    this.settings = settings;
  }

  /**
   * Adds a step; true when the update that led to it is known.
   *
   * @param gradient S ḡ
   */
  boolean accept(TrainingStep step, float[] gradient) {
    int k = gradient.length;
    if (update.length != k) {
      update = new float[k];
      velocity = new float[k];
      theta = new float[0];
      last = -2;
    }
    boolean next = step.step() == last + 1;
    float[] now = step.motion().paramSketch();
    boolean known = next && predicted;
    if (next && now.length == k && theta.length == k) {
      for (int i = 0; i < k; i++) {
        update[i] = now[i] - theta[i];
      }
      known = true;
    }
    if (theta.length != now.length) {
      theta = new float[now.length];
    }
    System.arraycopy(now, 0, theta, 0, now.length);
    contiguous = next;
    last = step.step();
    return known;
  }

  /** D_{t−1} after {@link #accept} of step t; not to be changed. */
  float[] update() {
    return update;
  }

  /** Foretells the update of the step that was added last; after {@link #update} was read. */
  void foretell(TrainingStep step, float[] gradient) {
    Double eta = step.learningRate();
    predicted = false;
    if (theta.length > 0 || !recursive() || eta == null) {
      unknown = 1;
      return;
    }
    double beta = settings.momentum().orElse(0);
    if (!contiguous) {
      Arrays.fill(velocity, 0);
      unknown = step.step() == 0 ? 0 : 1;
    }
    unknown *= beta;
    float keep = (float) beta;
    boolean nesterov = settings.optimizer() == Optimizer.NESTEROV;
    float rate = eta.floatValue();
    for (int i = 0; i < velocity.length; i++) {
      velocity[i] = keep * velocity[i] + gradient[i];
      update[i] = -rate * (nesterov ? gradient[i] + keep * velocity[i] : velocity[i]);
    }
    predicted = unknown <= FORGOTTEN;
  }

  private boolean recursive() {
    Optimizer optimizer = settings.optimizer();
    return settings.momentum().isPresent()
        && (optimizer == Optimizer.SGD
            || optimizer == Optimizer.MOMENTUM
            || optimizer == Optimizer.NESTEROV);
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, new float[][] {update, velocity});
    StateArrays.write(out, theta.length == 0 ? new float[0][] : new float[][] {theta});
    out.writeDouble(unknown);
    out.writeBoolean(predicted);
    out.writeLong(last);
  }

  void readFrom(DataInput in) throws IOException {
    float[][] rows = StateArrays.readRows(in);
    update = rows[0];
    velocity = rows[1];
    float[][] parameters = StateArrays.readRows(in);
    theta = parameters.length == 0 ? new float[0] : parameters[0];
    unknown = in.readDouble();
    predicted = in.readBoolean();
    last = in.readLong();
  }
}
