package io.thermograd.detect.divergence;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.step.TrainingStep;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The part of a step's squared gradient that points against the gradient before it.
 *
 * <p>Beyond the stability limit, ηκ > 2 (heavy ball: 2(1+β)), every step overshoots by more than
 * there was: the gradient turns round and grows, g′ ≈ −ρg with ρ > 1. Noise does not: two noise
 * gradients are at right angles on average. The signal is
 *
 * <pre>‖g′‖²·max(1/20, −cos(g, g′)),</pre>
 *
 * from sketches; a rise without a turn counts, but little. Without sketches it is ‖ḡ‖², else
 * ‖Δθ‖²/η². O(m·k) for sketches of k numbers. One owner thread.
 */
public final class GradientSignal {
  private static final double LEAST_TURN = 0.05;
  private static final double TURNS = 0.5;
  private static final double TURN_GAIN = 1.0 / 4;

  /** What the signal is made of. */
  public enum Kind {
    NONE,
    UPDATE,
    NORM,
    TURN
  }

  private final SketchMath math = new SketchMath();
  private float[] now = new float[0];
  private float[] before = new float[0];
  private double sqnormBefore = Double.NaN;
  private int parts;
  private int partsBefore;
  private Kind kind = Kind.NONE;
  private double dot = Double.NaN;
  private double ratio = Double.NaN;
  private double cosine = Double.NaN;
  private double turned;

  /** The signal of this step; NaN where there is none. */
  public double accept(TrainingStep step) {
    dot = Double.NaN;
    ratio = Double.NaN;
    cosine = Double.NaN;
    double turn = step.sketches().length > 0 ? turn(step.sketches()) : Double.NaN;
    if (step.sketches().length > 0) {
      kind = Kind.TURN;
      return turn;
    }
    sqnormBefore = Double.NaN;
    parts = 0;
    Double sqnorm = step.gradSqnorm();
    if (sqnorm != null) {
      kind = Kind.NORM;
      return finite(sqnorm);
    }
    Double update = step.motion().updateSqnorm();
    Double rate = step.learningRate();
    if (update != null && rate != null && rate > 0) {
      kind = Kind.UPDATE;
      return finite(update / (rate * rate));
    }
    kind = Kind.NONE;
    return Double.NaN;
  }

  private double turn(float[][] sketches) {
    int k = sketches[0].length;
    if (now.length != k) {
      now = new float[k];
      before = new float[k];
      sqnormBefore = Double.NaN;
      parts = 0;
    }
    float[] free = before;
    before = now;
    now = free;
    partsBefore = parts;
    parts = sketches.length;
    System.arraycopy(sketches[0], 0, now, 0, k);
    for (int j = 1; j < sketches.length; j++) {
      float[] s = sketches[j];
      for (int i = 0; i < k; i++) {
        now[i] += s[i];
      }
    }
    double sqnorm = math.sqnorm(now) / ((double) sketches.length * sketches.length);
    double signal = Double.NaN;
    if (sqnorm > 0 && sqnormBefore > 0) {
      dot = math.dot(now, before) / ((double) sketches.length * sketches.length);
      cosine = -dot / Math.sqrt(sqnorm) / Math.sqrt(sqnormBefore);
      ratio = -dot / sqnormBefore;
      turned += TURN_GAIN * (cosine - turned);
      signal = sqnorm * Math.max(LEAST_TURN, cosine);
    }
    sqnormBefore = sqnorm;
    return finite(signal);
  }

  private static double finite(double x) {
    return Double.isFinite(x) ? x : Double.NaN;
  }

  /** g·g′ of the last step, by its sketch; NaN where there was none. */
  public double dot() {
    return dot;
  }

  /** ‖g‖² of the last step, by its sketch; NaN where there was none. */
  public double sqnorm() {
    return sqnormBefore;
  }

  /**
   * Whether it turns round by more than half, in the mean of some 4 steps, or may for all known.
   */
  public boolean mayTurn() {
    return kind != Kind.TURN || turned > TURNS;
  }

  /** What a run that sends no loss is followed by; null where it sends no norm either. */
  public static @Nullable Subject inPlaceOfLoss(TrainingStep step) {
    return step.sketches().length > 0 || step.gradSqnorm() != null
        ? Subject.GRADIENT
        : step.motion().updateSqnorm() != null ? Subject.UPDATE : null;
  }

  /** ‖ḡ‖² of the last step, the exact one if it was sent, or ‖Δθ‖²; NaN where there was none. */
  public double square(TrainingStep step, Subject of) {
    Double square =
        of == Subject.UPDATE
            ? step.motion().updateSqnorm()
            : step.gradSqnorm() != null ? step.gradSqnorm() : Double.valueOf(sqnormBefore);
    return square == null ? Double.NaN : square;
  }

  /** ρ = −g·g′/‖g‖² of the last step, g the gradient before it; NaN where there was none. */
  double ratio() {
    return ratio;
  }

  /** −cos(g, g′), 1 for a gradient that has turned round; NaN where there was none. */
  double cosine() {
    return cosine;
  }

  public Kind kind() {
    return kind;
  }

  /** ⟨x, ḡ⟩ of the last step. */
  double along(float[] x) {
    return math.dot(x, now) / parts;
  }

  /** ⟨x, ḡ₋⟩ of the step before; {@link #turns} says whether there is one. */
  double alongBefore(float[] x) {
    return math.dot(x, before) / partsBefore;
  }

  /** Whether the last step and the one before had gradients of the same length. */
  boolean turns() {
    return parts > 0 && partsBefore > 0;
  }

  /** swing ← older − kept·swing, older ← ḡ₋; the first of them only if older is one. */
  void roll(float[] older, float[] swing, float kept, boolean first) {
    float scale = 1f / partsBefore;
    for (int i = 0; i < older.length; i++) {
      swing[i] = first ? 0 : older[i] - kept * swing[i];
      older[i] = scale * before[i];
    }
  }

  public void writeTo(DataOutput out) throws IOException {
    out.writeByte(kind.ordinal());
    out.writeDouble(sqnormBefore);
    out.writeDouble(turned);
    out.writeInt(parts);
    out.writeInt(now.length);
    for (float x : now) {
      out.writeFloat(x);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    kind = Kind.values()[in.readByte()];
    sqnormBefore = in.readDouble();
    turned = in.readDouble();
    parts = in.readInt();
    int k = in.readInt();
    now = new float[k];
    before = new float[k];
    for (int i = 0; i < k; i++) {
      now[i] = in.readFloat();
    }
  }
}
