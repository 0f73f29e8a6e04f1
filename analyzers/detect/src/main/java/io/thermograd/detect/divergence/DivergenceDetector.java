package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells a loss that runs away from one that spikes, hops to another basin, or soars and returns.
 *
 * <p><b>Growth</b> (a warning) opens when the loss and the gradient's turn-and-grow signal stand
 * above everything that they did in the last 256 to 512 steps, at the same time scale, by z_loss +
 * z_gradient scatters of such records ({@link RecordBook}, {@link GradientSignal}). A hop moves the
 * loss but turns no gradient; a bad batch is one step long. One step is enough, at a low threshold,
 * within 32 steps of a learning rate that the run never had before: that is when divergences begin,
 * and healthy streams have no such moments. The history stands still while it is open, and for up
 * to 512 steps while the loss is between 2 scatters and the threshold.
 *
 * <p><b>Divergence</b> (critical) when the growth has been 3 times higher than the run ever was,
 * start included, is not back, and either has gone on for 32 steps (the peak is less than 4 steps
 * ago) or is stuck since 16 (12 steps after the peak, the median of 8 steps is at least half of the
 * highest before the growth and half of the median of the 8 steps before); or when it has grown
 * 10¹² times beyond all that at any age. Until then a divergence and a catapult have the same law,
 * and nothing seen from outside can tell them apart.
 *
 * <p>It closes as returned after 16 steps below the old record, and as settled when 128 steps have
 * not brought it half as high again, or, for a critical one, when half of its peak is gone 64 steps
 * after it; the history then starts anew.
 *
 * <p>Warnings of healthy streams: at most 1 in 10⁶ steps; tests/accuracy prints the counts. Needs
 * 48 steps. Non-finite losses are passed over. O(1), no allocation. One owner thread.
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

  private static final double NEVER = Double.POSITIVE_INFINITY;
  // By time scale of 1, 2, 8, 32 steps. Chosen on streams whose variance wanders by factors of ten,
  // and whose loss and gradient share it; normal streams stay 3 to 4 below.
  private static final double[] WITH_TURN = {NEVER, 6, 7, 10};
  private static final double[] WITH_NORM = {NEVER, 9, 9, 12};
  private static final double[] LOSS_ALONE = {NEVER, NEVER, 7, 10};
  private static final double[] SUSPECT = {1.5, 1.5, 2, 3};
  private static final double[] SUSPECT_LOSS_ALONE = {NEVER, 4, 4, 5};

  // The time scale, of 8 steps, that no spike gets into.
  private static final int ROBUST = 2;
  private static final int LASTING = 16;
  private static final int LONG = 32;
  private static final double BEYOND_ALL = 3;
  private static final double RUNAWAY = 1e12;
  private static final int NEAR_PEAK = 4;
  private static final int PAST_PEAK = 12;
  private static final double STUCK = 0.5;
  private static final double RETURNING = 0.5;
  private static final int BACK = 16;
  private static final int RECEDED = 64;
  private static final int SETTLING = 128;
  private static final double STILL_GROWING = 1.5;
  private static final double WAIT_SDS = 2;
  private static final int WAIT = 512;
  private static final int FORGOTTEN = 8;
  private static final int RECENT = 32;
  // Sums and differences of a few of these stay finite.
  private static final double LARGEST = 1e300;

  private final RecordBook loss = new RecordBook();
  private final RecordBook gradient = new RecordBook();
  private final long[] steps = new long[RECENT];
  private GradientSignal.Kind kind = GradientSignal.Kind.NONE;
  private long count;
  private long withoutGradient;
  private State state = State.NONE;
  private double peak;
  private long peakAge;
  private double bound;
  private double before;
  private double mark;
  private long since;
  private long age;
  private long waiting;
  private boolean worse;
  private long worseSince;
  private double betterLevel;
  private double betterBound;
  private long below;

  /**
   * Adds one step.
   *
   * @param signal of the gradient; NaN for none
   * @param suspect whether the learning rate has just been raised to where it never was
   */
  public Change accept(
      long step, double newLoss, double signal, GradientSignal.Kind newKind, boolean suspect) {
    if (!Double.isFinite(newLoss)) {
      return Change.NOTHING;
    }
    double x = Math.max(-LARGEST, Math.min(LARGEST, newLoss));
    loss.look(x);
    worse &= loss.level(ROBUST) > betterBound;
    steps[(int) (count % RECENT)] = step;
    count++;
    boolean told = lookAtGradient(signal, newKind);
    if (state != State.NONE) {
      return follow(x);
    }
    if (exceeds(told, suspect)) {
      open(x);
      return Change.OPENED;
    }
    // A slow rise is not to become the history that it is measured against.
    waiting = loss.score(RecordBook.SCALES - 1) > WAIT_SDS ? waiting + 1 : 0;
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

  private boolean exceeds(boolean told, boolean suspect) {
    if (!told) {
      return withoutGradient > FORGOTTEN && lossExceeds(suspect ? SUSPECT_LOSS_ALONE : LOSS_ALONE);
    }
    double[] threshold =
        suspect ? SUSPECT : kind == GradientSignal.Kind.TURN ? WITH_TURN : WITH_NORM;
    for (int s = 0; s < RecordBook.SCALES; s++) {
      double a = loss.score(s);
      double b = gradient.score(s);
      if (a > 0 && b > 0 && a + b > threshold[s]) {
        return true;
      }
    }
    return false;
  }

  private boolean lossExceeds(double[] threshold) {
    for (int s = 0; s < RecordBook.SCALES; s++) {
      // Order statistics of losses with few different values jump from one to the next.
      if (loss.score(s) > threshold[s] && loss.level(s) > loss.record(1)) {
        return true;
      }
    }
    return false;
  }

  private void open(double x) {
    state = State.GROWING;
    bound = loss.record(ROBUST);
    before = loss.typical();
    peak = Math.max(x, loss.level(1));
    mark = x;
    age = 0;
    waiting = 0;
    peakAge = 0;
    below = 0;
    int n = 0;
    while (n < RECENT - 1 && n + 1 < loss.count() && loss.recent(n + 1) > bound) {
      n++;
    }
    since = steps[(int) ((count - 1 - n) % RECENT)];
  }

  private void learn(boolean told) {
    loss.learn();
    if (told) {
      gradient.learn();
    }
  }

  private Change follow(double x) {
    age++;
    if (loss.level(1) > peak) {
      peak = loss.level(1);
      peakAge = age;
    }
    below = loss.level(ROBUST) <= bound ? below + 1 : 0;
    if (below >= BACK) {
      state = State.NONE;
      return Change.RETURNED;
    }
    if (state == State.GROWING && isCritical(x)) {
      state = State.DIVERGING;
      return Change.CRITICAL;
    }
    if (state == State.DIVERGING && recedes()) {
      return settle();
    }
    if (age % SETTLING == 0) {
      if (loss.above(loss.level(RecordBook.SCALES - 1)) < STILL_GROWING * loss.above(mark)) {
        return settle();
      }
      mark = loss.level(RecordBook.SCALES - 1);
    }
    return Change.NOTHING;
  }

  private boolean recedes() {
    return age - peakAge >= RECEDED
        && loss.above(loss.level(RecordBook.SCALES - 1)) <= RETURNING * loss.above(peak);
  }

  private Change settle() {
    if (state == State.DIVERGING && !worse) {
      worse = true;
      worseSince = since;
      betterLevel = before;
      betterBound = bound;
    }
    state = State.NONE;
    loss.forget();
    gradient.forget();
    return Change.SETTLED;
  }

  private boolean isCritical(double x) {
    double ever = loss.above(Math.max(loss.highest(), bound));
    if (loss.above(x) > RUNAWAY * ever) {
      return true;
    }
    if (age < LASTING || loss.above(peak) <= BEYOND_ALL * ever || loss.score(ROBUST) <= 0) {
      return false;
    }
    return (age >= LONG && age - peakAge < NEAR_PEAK)
        || (age - peakAge >= PAST_PEAK
            && loss.above(loss.medianOfEight(0)) >= STUCK * ever
            && loss.above(loss.medianOfEight(0)) >= RETURNING * loss.above(loss.medianOfEight(8)));
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
        && age >= LONG
        && age - peakAge < NEAR_PEAK
        && fit().significant();
  }

  /** Finite losses so far. */
  public long count() {
    return count;
  }

  /** The first step of the rise. */
  public long since() {
    return since;
  }

  /** Logarithm of how many times higher above the floor the rise has come than all before it. */
  public double logGrowth() {
    return StrictMath.log(loss.above(peak) / loss.above(bound));
  }

  /** The level that the loss has left: median of the last history. */
  public double reference() {
    return before;
  }

  /** How high the history before the rise went, spikes aside. */
  public double bound() {
    return bound;
  }

  /** Median of the last 8 losses, or the last one when there are not so many. */
  public double level() {
    return loss.count() >= 8 ? loss.medianOfEight(0) : loss.recent(0);
  }

  /**
   * Whether a critical rise has ended on a level above the one before it, which has not come back.
   */
  public boolean worse() {
    return worse;
  }

  /** The first step of that rise. */
  public long worseSince() {
    return worseSince;
  }

  /** The level before that rise. */
  public double betterLevel() {
    return betterLevel;
  }

  /** The latest finite loss. */
  public double last() {
    return loss.recent(0);
  }

  /** The highest median of two losses since the rise began. */
  public double peak() {
    return peak;
  }

  /** The growth since it began, at most of the last 32 steps. */
  GrowthFit fit() {
    int n = 1;
    while (n < RECENT && n < count && steps[(int) ((count - 1 - n) % RECENT)] >= since) {
      n++;
    }
    n = (int) Math.min(n, Math.min(RECENT, loss.count()));
    GrowthFit fit = GrowthFit.of(loss, n);
    return withoutGradient == 0 && gradient.count() >= n ? fit.and(GrowthFit.of(gradient, n)) : fit;
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    loss.writeTo(out);
    gradient.writeTo(out);
    for (long s : steps) {
      out.writeLong(s);
    }
    out.writeByte(kind.ordinal());
    out.writeLong(count);
    out.writeLong(withoutGradient);
    out.writeByte(state.ordinal());
    out.writeDouble(peak);
    out.writeLong(peakAge);
    out.writeDouble(bound);
    out.writeDouble(before);
    out.writeDouble(mark);
    out.writeLong(since);
    out.writeLong(age);
    out.writeLong(waiting);
    out.writeLong(below);
    out.writeBoolean(worse);
    out.writeLong(worseSince);
    out.writeDouble(betterLevel);
    out.writeDouble(betterBound);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    loss.readFrom(in);
    gradient.readFrom(in);
    for (int i = 0; i < RECENT; i++) {
      steps[i] = in.readLong();
    }
    kind = GradientSignal.Kind.values()[in.readByte()];
    count = in.readLong();
    withoutGradient = in.readLong();
    state = State.values()[in.readByte()];
    peak = in.readDouble();
    peakAge = in.readLong();
    bound = in.readDouble();
    before = in.readDouble();
    mark = in.readDouble();
    since = in.readLong();
    age = in.readLong();
    waiting = in.readLong();
    below = in.readLong();
    worse = in.readBoolean();
    worseSince = in.readLong();
    betterLevel = in.readDouble();
    betterBound = in.readDouble();
  }
}
