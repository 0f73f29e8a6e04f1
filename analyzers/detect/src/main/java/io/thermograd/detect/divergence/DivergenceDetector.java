package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Tells a loss that runs away from one that spikes, hops to another basin, or soars and returns.
 *
 * <p><b>Growth</b> (a warning) opens when the loss and the gradient's turn-and-grow signal stand
 * above everything that they did in the last 256 to 512 steps, at the same time scale, by z_loss +
 * z_gradient scatters of such records ({@link RecordBook}, {@link GradientSignal}). A hop moves the
 * loss but turns no gradient; a bad batch is one step long. One step is enough, at a low threshold,
 * within 32 steps of a learning rate that the run never had before, above what they did in the last
 * hundred steps, and for 128 steps a gradient that turns and grows is enough below a loss of 4
 * times what ever lasted ({@link Outburst}): that is when divergences begin, and healthy streams
 * have no such moments. The history stands still while it is open, and for up to 512 steps while
 * the loss is between 2 scatters and the threshold.
 *
 * <p><b>Divergence</b> (critical) when the gradient overshoots and grows beyond where a catapult
 * turns round ({@link Overshoot}). Seen from the loss alone, a divergence and a catapult have the
 * same law until then; so without that, when the growth has been 3 times higher than the run ever
 * was, start included, is not back, and either still grows after 32 steps (the peak is less than 4
 * steps ago; over the last 32 and the last 16 exponentially, by 3 standard errors; with gradients,
 * where they are sent, that turn or agree) or stands still: half as high as all before at least,
 * and even the fastest fall that the steps since its peak allow needs 6 times as long as the growth
 * has lasted ({@link Standstill}, first 64 steps after the peak); or when it has grown 10¹² times
 * beyond all that at any age. None of that where the gradient says that the run swings within its
 * limit: the noise of a larger learning rate stays high, too.
 *
 * <p>It closes as returned after 16 steps below the old record, and as settled when 128 steps have
 * not brought it half as high again and it is not undecided whether it stands still that high, or
 * as soon as it falls for sure up there; or, for a critical one, when half of its peak is gone 64
 * steps after it. The history then starts anew.
 *
 * <p>A run that sends no loss is followed by ‖ḡ‖², or ‖Δθ‖², in its place and alone ({@link
 * Subject}), at the thresholds of a loss without a gradient. A norm also grows where a run leaves a
 * plateau, so that with sketches only one that turns is warned of, and of norms alone only what is
 * beyond return or 10¹² times above all before is critical.
 *
 * <p>Warnings of healthy streams: at most 1 in 10⁶ steps, raises of the learning rate aside;
 * tests/accuracy prints the counts. Needs 48 steps. Non-finite losses are passed over. O(1), no
 * allocation. One owner thread.
 */
public final class DivergenceDetector {
  /** What is the case. */
  public enum State {
    NONE,
    GROWING,
    DIVERGING
  }

  /** What the last step changed. */
  public enum Change {
    NOTHING,
    OPENED,
    CRITICAL,
    RETURNED,
    SETTLED
  }

  private static final double WAIT_SDS = 2;
  private static final int WAIT = 512;
  private static final int FORGOTTEN = 8;
  private static final int RECENT = 32;
  // Sums and differences of a few of these stay finite.
  private static final double LARGEST = 1e300;

  private final RecordBook followed = new RecordBook();
  private final RecordBook gradient = new RecordBook();
  private final long[] steps = new long[RECENT];
  private final Rise rise = new Rise(followed);
  private final Unrecovered unrecovered = new Unrecovered();
  private Subject subject = Subject.LOSS;
  private GradientSignal.Kind kind = GradientSignal.Kind.NONE;
  private long count;
  private long withoutGradient;
  private State state = State.NONE;
  private long waiting;

  /** First step of a growth that goes on; empty while there is none. */
  public OptionalLong soarsSince() {
    return state == State.NONE ? OptionalLong.empty() : OptionalLong.of(since());
  }

  /** What is followed. */
  public Subject subject() {
    return subject;
  }

  /** Whether a norm is followed that nothing tells the turns of: it may just leave a plateau. */
  public boolean mayLeaveAPlateau() {
    return subject != Subject.LOSS && kind != GradientSignal.Kind.TURN;
  }

  /**
   * From here on another series is followed, of which nothing is known yet; nothing changes where
   * it is the one that is.
   *
   * @return whether a growth was open, which ends with what it was a growth of
   */
  public boolean follow(Subject next) {
    if (next == subject) {
      return false;
    }
    boolean open = state != State.NONE;
    subject = next;
    followed.clear();
    gradient.clear();
    unrecovered.clear();
    kind = GradientSignal.Kind.NONE;
    state = State.NONE;
    count = 0;
    withoutGradient = 0;
    waiting = 0;
    return open;
  }

  /**
   * Adds one step.
   *
   * @param signal of the gradient; NaN for none
   * @param suspect whether the learning rate has just been raised to where it never was
   * @param swing what the gradient shows of a growth
   * @param extent what all steps of it show together
   */
  public Change accept(
      long step,
      double newLoss,
      double signal,
      GradientSignal.Kind newKind,
      boolean suspect,
      Overshoot.Swing swing,
      Overshoot.Extent extent) {
    return advance(step, newLoss, signal, newKind, suspect, swing, extent, true);
  }

  /**
   * Adds one step of a run that sends no loss.
   *
   * @param square of the norm that is followed
   * @param signal of the gradient, where sketches tell it; else NaN
   * @param turning whether the gradient may be turning round: one that grows straight on leaves a
   *     plateau, and that is no growth to warn of
   */
  public Change acceptNorm(
      long step,
      double square,
      double signal,
      GradientSignal.Kind newKind,
      boolean suspect,
      Overshoot.Swing swing,
      boolean turning) {
    return advance(
        step, square, signal, newKind, suspect, swing, Overshoot.Extent.UNKNOWN, turning);
  }

  private Change advance(
      long step,
      double newLoss,
      double signal,
      GradientSignal.Kind newKind,
      boolean suspect,
      Overshoot.Swing swing,
      Overshoot.Extent extent,
      boolean turning) {
    if (!Double.isFinite(newLoss)) {
      return Change.NOTHING;
    }
    double x = Math.max(-LARGEST, Math.min(LARGEST, newLoss));
    followed.look(x);
    unrecovered.look(followed.level(Rise.ROBUST));
    steps[(int) (count % RECENT)] = step;
    count++;
    boolean told = lookAtGradient(signal, newKind);
    if (state != State.NONE) {
      return follow(x, swing == Overshoot.Swing.BEYOND_RETURN, extent);
    }
    if (subject == Subject.LOSS
        ? exceeds(told, suspect, swing)
        : normExceeds(told, suspect, swing, turning)) {
      open(x);
      return Change.OPENED;
    }
    // A slow rise is not to become the history that it is measured against.
    waiting = followed.score(RecordBook.SCALES - 1) > WAIT_SDS ? waiting + 1 : 0;
    if (waiting == 0 || waiting > WAIT) {
      learn(told);
    }
    return Change.NOTHING;
  }

  private boolean lookAtGradient(double signal, GradientSignal.Kind newKind) {
    if (Double.isNaN(signal)) {
      withoutGradient++;
      return false;
    }
    if (newKind != kind) {
      // Another unit.
      gradient.forget();
      kind = newKind;
    }
    withoutGradient = 0;
    gradient.look(Math.min(LARGEST, signal));
    return true;
  }

  private boolean exceeds(boolean told, boolean suspect, Overshoot.Swing swing) {
    if (Outburst.afterRaise(followed, swing)) {
      return true;
    }
    return told
        ? Outburst.of(followed, gradient, kind, suspect)
        : withoutGradient > FORGOTTEN && Outburst.of(followed, suspect);
  }

  private boolean normExceeds(
      boolean told, boolean suspect, Overshoot.Swing swing, boolean turning) {
    // After a raise one step is enough; that it has turned is in its signal.
    return (told && suspect && Outburst.ofNormAndTurn(followed, gradient))
        || (turning
            && (Outburst.afterRaise(followed, swing) || Outburst.ofNorm(followed, suspect)));
  }

  private void open(double x) {
    state = State.GROWING;
    waiting = 0;
    rise.open(x);
    int n = 0;
    while (n < RECENT - 1 && n + 1 < followed.count() && followed.recent(n + 1) > rise.bound()) {
      n++;
    }
    rise.since(steps[(int) ((count - 1 - n) % RECENT)]);
  }

  private void learn(boolean told) {
    followed.learn();
    if (told) {
      gradient.learn();
    }
  }

  private Change follow(double x, boolean beyondReturn, Overshoot.Extent extent) {
    boolean stable = extent == Overshoot.Extent.WITHIN_LIMIT;
    rise.follow();
    if (rise.isBack()) {
      state = State.NONE;
      return Change.RETURNED;
    }
    // How long a norm has been high tells nothing of whether it comes back.
    boolean outlasts = subject == Subject.LOSS ? rise.outlasts(x, extent) : rise.isEndless(x);
    if (state == State.GROWING && (beyondReturn || (!stable && outlasts))) {
      state = State.DIVERGING;
      rise.mark();
      return Change.CRITICAL;
    }
    boolean byLoss = subject == Subject.LOSS && !stable;
    boolean undecided = state == State.GROWING && byLoss && rise.isUndecided();
    boolean over =
        (state == State.DIVERGING && rise.recedes())
            || (byLoss && rise.turnsDown())
            || (!undecided && rise.hasStopped());
    return over ? settle() : Change.NOTHING;
  }

  private Change settle() {
    if (state == State.DIVERGING) {
      unrecovered.settle(rise);
    }
    state = State.NONE;
    followed.forget();
    gradient.forget();
    return Change.SETTLED;
  }

  /** What is the case now. */
  public State state() {
    return state;
  }

  /** Whether a rise is open that is not critical. */
  public boolean growing() {
    return state == State.GROWING;
  }

  /** Whether a rise has become critical. */
  public boolean diverging() {
    return state == State.DIVERGING;
  }

  /**
   * Whether the rise has gone on for 32 steps, significantly exponential and near its peak: longer
   * than a catapult's does. Not the news that a critical alert is, which waits for more.
   */
  public boolean runsAway() {
    return state == State.GROWING
        && subject == Subject.LOSS
        && rise.longAndNearPeak()
        && fit().significant();
  }

  /** Finite losses so far. */
  public long count() {
    return count;
  }

  /** Whether the rise that has just settled was falling for sure. */
  public boolean settledFalling() {
    return subject == Subject.LOSS && rise.falls();
  }

  /** The first step of the rise. */
  public long since() {
    return rise.since();
  }

  /** Logarithm of how many times higher above the floor the rise has come than all before it. */
  public double logGrowth() {
    return StrictMath.log(followed.above(rise.peak()) / followed.above(rise.bound()));
  }

  /** The level that the loss has left: median of the last history. */
  public double reference() {
    return rise.before();
  }

  /** How high the history before the rise went, spikes aside. */
  public double bound() {
    return rise.bound();
  }

  /** Median of the last 8 losses, or the last one when there are not so many. */
  public double level() {
    return followed.count() >= 8 ? followed.medianOfEight(0) : followed.recent(0);
  }

  /**
   * Whether a critical rise has ended on a level above the one before it, which has not come back.
   */
  public boolean worse() {
    return unrecovered.worse();
  }

  /** The first step of that rise. */
  public long worseSince() {
    return unrecovered.since();
  }

  /** The level before that rise. */
  public double betterLevel() {
    return unrecovered.level();
  }

  /** The latest finite loss. */
  public double last() {
    return followed.recent(0);
  }

  /** The highest median of two losses since the rise began. */
  public double peak() {
    return rise.peak();
  }

  /**
   * Steps until the loss is back at the soonest, of a rise that is critical because it stands
   * still; infinite where it does not fall, NaN where it is no such rise.
   */
  double soonestBack() {
    return state == State.DIVERGING ? rise.soonest() : Double.NaN;
  }

  /** The common growth of loss and gradient since it began, at most of the last 32 steps. */
  GrowthFit fit() {
    return alone().and(gradientFit());
  }

  /** The same of what is followed, alone. */
  GrowthFit alone() {
    return GrowthFit.of(followed, grown());
  }

  /** The same of the gradient beside the loss; unknown without one. */
  GrowthFit gradientFit() {
    int n = grown();
    // What is followed in place of a loss is the gradient itself.
    return subject == Subject.LOSS && withoutGradient == 0 && gradient.count() >= n
        ? GrowthFit.of(gradient, n)
        : GrowthFit.UNKNOWN;
  }

  /** The latest of the gradient's signal, ‖ḡ‖² when it has turned round. */
  double gradientLast() {
    return gradient.recent(0);
  }

  private int grown() {
    int n = 1;
    while (n < RECENT && n < count && steps[(int) ((count - 1 - n) % RECENT)] >= rise.since()) {
      n++;
    }
    return (int) Math.min(n, Math.min(RECENT, followed.count()));
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    followed.writeTo(out);
    gradient.writeTo(out);
    for (long s : steps) {
      out.writeLong(s);
    }
    out.writeByte(subject.ordinal());
    out.writeByte(kind.ordinal());
    out.writeLong(count);
    out.writeLong(withoutGradient);
    out.writeByte(state.ordinal());
    out.writeLong(waiting);
    rise.writeTo(out);
    unrecovered.writeTo(out);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    followed.readFrom(in);
    gradient.readFrom(in);
    for (int i = 0; i < RECENT; i++) {
      steps[i] = in.readLong();
    }
    subject = Subject.values()[in.readByte()];
    kind = GradientSignal.Kind.values()[in.readByte()];
    count = in.readLong();
    withoutGradient = in.readLong();
    state = State.values()[in.readByte()];
    waiting = in.readLong();
    rise.readFrom(in);
    unrecovered.readFrom(in);
  }
}
