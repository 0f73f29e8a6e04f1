package io.thermograd.detect.divergence;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether an overshooting gradient still grows where every catapult would have turned round.
 *
 * <p><b>What a catapult can be.</b> Beyond the limit, ηκ = 2(1+β)(1+e), the gradient turns and
 * grows, g′ ≈ −ρg, with
 *
 * <pre>e = (ρ − 1)(1 − β/ρ) / (2(1+β)).</pre>
 *
 * Each swing also flattens a network: of two layers, steps of r = ‖Δθ‖/‖θ‖ have lowered κ by the
 * share φr² when the next one comes (second order in the amplitude of the swing),
 *
 * <pre>φ = 2ρ(ρ+β) / ((1+ρ)(ρ²−1)(ρ²−β)) − 1/(1+ρ)²,</pre>
 *
 * so that the growth ends near r* = √(e/((1+e)φ)), earlier in deeper ones. A run is beyond return
 * when r is at least twice r*(the largest ρ of this growth) and ½; or at least 4, and the step
 * before it turned and grew too. Networks of 2 to 5 layers that do return stay below 0.7 r* while
 * they grow, and below r = 1.9; real ones below half of that.
 *
 * <p><b>That it grows for good.</b> {@link StabilityLimit} tells whether a swing is beyond the
 * limit; below it, noise being symmetric, bets on that do not win in the mean. They are placed
 * where the gradient turned in the step before, at odds of one to one, as far as the outcome is
 * {@value #CLIP} standard deviations of its noise from even, and a half or nine tenths of what
 * there is are at stake. To have won {@value #WON}-fold, in the mean of both, is proof, and happens
 * once in as many stable growths at most (Ville; noise that neighbours share is allowed for by the
 * scale, to leading order); so are two steps in a row beyond {@value #PLAIN} errors. Without proof
 * nothing is beyond return, but for r of 4 in a step that is beyond by itself; and a rise whose
 * gradients turn by more than a half of their squares, without proof, is the noise of a learning
 * rate near its limit.
 *
 * <p>Needs sketches of gradients and, to call anything beyond return, of parameters, ‖Δθ‖², and SGD
 * or heavy ball with known β. O(k). One owner thread. Source of the two-layer law: RATIONALE.md.
 */
public final class Overshoot {
  private static final double TURNED = 0.7;
  private static final double TURNS = 0.8;
  private static final double MARGIN = 2;
  private static final double LEAST_STEP = 0.5;
  private static final double ENDLESS_STEP = 4;
  private static final double LOST = 2;
  private static final double CAUTIOUS = 0.5;
  private static final double BOLD = 0.9;
  private static final double WON = 64;
  // Wealth is not counted beyond; it stays finite however long the growth.
  private static final double MOST = 1e9;

  private static final double LEAST_GROWTH = 1.25;
  private static final int WATCHED = 128;
  private static final int KICKED = 4;

  // Errors of one step; it is two of its standard deviations that a bet is won by in full.
  private static final double PLAIN = 6;
  private static final double CLIP = 2;
  private static final double TURN_MEMORY = 63.0 / 64;
  private static final double HALF = 0.5;
  private static final double ALIGNED_GAIN = 1.0 / 16;

  /** What the last step showed. */
  public enum Swing {
    NONE,
    /** The learning rate was raised, no more than {@value #KICKED} steps ago. */
    RAISED,
    /** Up to 128 steps after a raise, the gradient turns and has grown by a quarter by turning. */
    GROWS,
    /** It has grown to where no catapult returns from. */
    BEYOND_RETURN
  }

  /** What the steps since a growth or a raise began show, all together. */
  public enum Extent {
    UNKNOWN,
    /** It is swings that have lifted the loss, not proved to grow: so does a stable run. */
    WITHIN_LIMIT,
    /**
     * Successive gradients neither turn round nor agree: what grows by instability does one of
     * them.
     */
    WANDERS,
    /** A step was longer than {@value #LOST} times all parameters: no catapult came back then. */
    BEYOND_CATAPULTS
  }

  private final double beta;
  private final SketchMath math = new SketchMath();
  private final StabilityLimit limit = new StabilityLimit();
  private double largestParam;
  private boolean watching;
  private boolean raisedBefore;
  private double cautious;
  private double bold;
  private double largestRatio;
  private double ratioBefore;
  private double cosineBefore;
  private double growth;
  private boolean proved;
  private boolean measured;
  private boolean plain;
  private double turned;
  private double turnable;
  private double farthest;
  private double aligned;
  private double weight;
  private long sinceRaised = Long.MAX_VALUE;
  private Swing swing = Swing.NONE;

  /** For one attempt of a run. */
  public Overshoot(RunSettings settings) {
    boolean known =
        settings.optimizer() == Optimizer.SGD || settings.optimizer() == Optimizer.MOMENTUM;
    beta = known ? settings.momentum().orElse(Double.NaN) : Double.NaN;
    begin();
  }

  private void begin() {
    cautious = 1;
    bold = 1;
    largestRatio = 0;
    ratioBefore = Double.NaN;
    cosineBefore = Double.NaN;
    growth = 1;
    proved = false;
    measured = false;
    plain = false;
    turned = 0;
    turnable = 0;
    farthest = 0;
    aligned = 0;
    weight = 0;
  }

  /**
   * Adds one step.
   *
   * @param gradient which has seen the step
   * @param raised whether the learning rate has just been raised to where it never was
   * @param growing whether the loss was growing or diverging in the step before
   */
  public void accept(TrainingStep step, GradientSignal gradient, boolean raised, boolean growing) {
    boolean watched = watching;
    boolean raisedNow = raised && !raisedBefore;
    raisedBefore = raised;
    sinceRaised = raisedNow ? 0 : sinceRaised + (sinceRaised < WATCHED ? 1 : 0);
    watching = sinceRaised < WATCHED || growing;
    if (raisedNow || (watching && !watched)) {
      begin();
    }
    limit.accept(gradient, step.sketches(), beta);
    swing = !raisedNow && sinceRaised <= KICKED ? Swing.RAISED : Swing.NONE;
    if (raisedNow) {
      // This gradient knows nothing of it yet.
      return;
    }
    if (watching) {
      Double update = step.motion().updateSqnorm();
      turn(gradient.dot(), gradient.sqnorm());
      swing(
          gradient.ratio(),
          gradient.cosine(),
          limit.beyond(),
          update == null ? Double.NaN : update);
    } else if (step.motion().paramSketch().length > 0) {
      double sqnorm = math.sqnorm(step.motion().paramSketch());
      // False for NaN.
      if (sqnorm > largestParam) {
        largestParam = sqnorm;
      }
    }
  }

  private void turn(double dot, double sqnorm) {
    if (Double.isFinite(dot) && Double.isFinite(sqnorm)) {
      turned = TURN_MEMORY * turned - dot;
      turnable = TURN_MEMORY * turnable + sqnorm;
    }
  }

  private void swing(double ratio, double cosine, double beyond, double updateSqnorm) {
    if (largestParam > 0 && updateSqnorm > 0) {
      farthest = Math.max(farthest, Math.sqrt(updateSqnorm / largestParam));
    }
    if (!Double.isNaN(cosine)) {
      aligned += ALIGNED_GAIN * (cosine - aligned);
      weight += ALIGNED_GAIN * (1 - weight);
    }
    measured |= !Double.isNaN(beyond);
    boolean plainBefore = plain;
    plain = limit.error() > 0 && beyond > PLAIN * limit.error();
    proved |= plain && plainBefore && cosineBefore >= TURNED;
    if (cosineBefore >= TURNED && !Double.isNaN(beyond)) {
      double scale = CLIP * 2 * limit.error();
      double side = scale > 0 ? Math.max(-1, Math.min(1, beyond / scale)) : Math.signum(beyond);
      cautious = Math.min(MOST, cautious * (1 + CAUTIOUS * side));
      bold = Math.min(MOST, bold * (1 + BOLD * side));
      proved |= (cautious + bold) / 2 >= WON;
      if (cosine >= TURNS) {
        // A single batch can be steep: two in a row.
        largestRatio = Math.max(largestRatio, Math.min(ratio, ratioBefore));
      }
    }
    growth = cosine >= TURNED && ratio > 1 ? growth * ratio : 1;
    if (growth >= LEAST_GROWTH && sinceRaised < WATCHED) {
      swing = Swing.GROWS;
    }
    if (cosine >= TURNS && ratio > 1 && ratioBefore > 1 && isBeyond(updateSqnorm)) {
      swing = Swing.BEYOND_RETURN;
    }
    ratioBefore = ratio;
    cosineBefore = cosine;
  }

  private boolean isBeyond(double updateSqnorm) {
    if (Double.isNaN(beta) || !(largestRatio > 1 && largestParam > 0 && updateSqnorm > 0)) {
      return false;
    }
    double length = Math.sqrt(updateSqnorm / largestParam);
    return (length >= ENDLESS_STEP && (proved || plain))
        || (proved && length >= Math.max(LEAST_STEP, MARGIN * turningLength(largestRatio, beta)));
  }

  /**
   * r*, the ‖Δθ‖/‖θ‖ at which a growth by ρ > 1 a step turns round in a network of two layers;
   * infinite where it never does.
   */
  static double turningLength(double rho, double beta) {
    double excess = (rho - 1) * (1 - beta / rho) / (2 * (1 + beta));
    double square = rho * rho;
    double flattening =
        2 * rho * (rho + beta) / ((1 + rho) * (square - 1) * (square - beta))
            - 1 / ((1 + rho) * (1 + rho));
    return flattening > 0
        ? Math.sqrt(Math.max(0, excess) / ((1 + excess) * flattening))
        : Double.POSITIVE_INFINITY;
  }

  /** What all steps show. */
  public Extent extent() {
    if (!Double.isNaN(beta) && measured && !proved && turned > HALF * turnable) {
      return Extent.WITHIN_LIMIT;
    }
    if (farthest >= LOST) {
      return Extent.BEYOND_CATAPULTS;
    }
    return weight > HALF && Math.abs(aligned) < HALF * weight ? Extent.WANDERS : Extent.UNKNOWN;
  }

  /** What the last step showed. */
  public Swing swing() {
    return swing;
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeDouble(largestParam);
    out.writeBoolean(watching);
    out.writeBoolean(raisedBefore);
    out.writeDouble(cautious);
    out.writeDouble(bold);
    out.writeDouble(largestRatio);
    out.writeDouble(ratioBefore);
    out.writeDouble(cosineBefore);
    out.writeDouble(growth);
    out.writeBoolean(proved);
    out.writeBoolean(measured);
    out.writeBoolean(plain);
    out.writeDouble(turned);
    out.writeDouble(turnable);
    out.writeDouble(farthest);
    out.writeDouble(aligned);
    out.writeDouble(weight);
    limit.writeTo(out);
    out.writeLong(sinceRaised);
    out.writeByte(swing.ordinal());
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    largestParam = in.readDouble();
    watching = in.readBoolean();
    raisedBefore = in.readBoolean();
    cautious = in.readDouble();
    bold = in.readDouble();
    largestRatio = in.readDouble();
    ratioBefore = in.readDouble();
    cosineBefore = in.readDouble();
    growth = in.readDouble();
    proved = in.readBoolean();
    measured = in.readBoolean();
    plain = in.readBoolean();
    turned = in.readDouble();
    turnable = in.readDouble();
    farthest = in.readDouble();
    aligned = in.readDouble();
    weight = in.readDouble();
    limit.readFrom(in);
    sinceRaised = in.readLong();
    swing = Swing.values()[in.readByte()];
  }
}
