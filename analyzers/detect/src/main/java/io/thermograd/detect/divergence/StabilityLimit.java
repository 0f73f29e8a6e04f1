package io.thermograd.detect.divergence;

import io.thermograd.estimate.numeric.SketchMath;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether gradients turn by more than a stable optimizer lets them. SGD with the heavy ball β (0
 * without) obeys on a quadratic, ξ the noise,
 *
 * <pre>g_t + (1+β) g_{t−1} + β g_{t−2} = (2(1+β) − ηH) g_{t−1} + ξ_t − (1+β) ξ_{t−1} + β ξ_{t−2},
 * </pre>
 *
 * whose matrix is positive as long as ηλ_max is below the limit 2(1+β). So with y the left side and
 * a direction w that only gradients before these three decide, E⟨w, y⟩ has the sign of ⟨w, g_{t−1}⟩
 * below the limit, and the other one along a w whose curvature is beyond: whether a swing grows for
 * good, and not, as a heavy ball's does below the limit, for some tens of steps. w is the average
 * of gradients with alternating signs, in which swings add up and all else averages out.
 *
 * <p>Noise that swings along adds up to 2(1+β) times that of one gradient along w, which the
 * micro-batches' spread of the last 8 steps or so tells; one micro-batch alone tells nothing of it.
 *
 * <p>All of sketches. O(m·k) a step, no allocation. State two sketches. One owner thread.
 */
final class StabilityLimit {
  private static final double GAIN = 1.0 / 8;
  private static final float KEPT = 0.8f;
  private static final int RECURSION = 3;

  private final SketchMath math = new SketchMath();
  private float[] older = new float[0];
  private float[] swing = new float[0];
  private int known;
  private double noise = Double.NaN;
  private double beyond = Double.NaN;
  private double error = Double.NaN;

  /**
   * Adds a step.
   *
   * @param gradient which has seen the step
   * @param sketches of the step's micro-batches
   */
  void accept(GradientSignal gradient, float[][] sketches, double beta) {
    beyond = Double.NaN;
    error = Double.NaN;
    int k = sketches.length == 0 ? 0 : sketches[0].length;
    if (older.length != k || !gradient.turns()) {
      older = older.length == k ? older : new float[k];
      swing = swing.length == k ? swing : new float[k];
      known = 0;
      noise = Double.NaN;
      if (!gradient.turns()) {
        return;
      }
    }
    if (known >= RECURSION) {
      test(gradient, sketches, beta);
    }
    gradient.roll(older, swing, KEPT, known == 0);
    known = Math.min(known + 1, RECURSION);
  }

  private void test(GradientSignal gradient, float[][] sketches, double beta) {
    double square = math.sqnorm(swing);
    if (!(square > 0 && square < Double.POSITIVE_INFINITY)) {
      return;
    }
    double now = gradient.along(swing);
    double y = now + (1 + beta) * gradient.alongBefore(swing) + beta * math.dot(swing, older);
    spread(sketches, now, square);
    beyond = gradient.alongBefore(swing) >= 0 ? -y : y;
    error = (1 + beta) * Math.sqrt(noise * square);
  }

  private void spread(float[][] sketches, double mean, double square) {
    int m = sketches.length;
    double squares = 0;
    for (float[] g : sketches) {
      double d = math.dot(swing, g) - mean;
      squares += d * d;
    }
    double now = m > 1 ? squares / (m * (m - 1.0)) / square : 0;
    if (Double.isFinite(now)) {
      noise = Double.isNaN(noise) ? now : noise + GAIN * (now - noise);
    }
  }

  /** Positive where the swing is beyond the limit; NaN where nothing is known. */
  double beyond() {
    return beyond;
  }

  /** Half of what its standard deviation adds up to over a swing; 0 where it is not known. */
  double error() {
    return error;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(older.length);
    for (int i = 0; i < older.length; i++) {
      out.writeFloat(older[i]);
      out.writeFloat(swing[i]);
    }
    out.writeInt(known);
    out.writeDouble(noise);
  }

  void readFrom(DataInput in) throws IOException {
    older = new float[in.readInt()];
    swing = new float[older.length];
    for (int i = 0; i < older.length; i++) {
      older[i] = in.readFloat();
      swing[i] = in.readFloat();
    }
    known = in.readInt();
    noise = in.readDouble();
  }
}
