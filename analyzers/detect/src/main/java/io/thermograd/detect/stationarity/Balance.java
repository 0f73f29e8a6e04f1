package io.thermograd.detect.stationarity;

import io.thermograd.detect.stationarity.Standing.Equilibrium;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Fluctuation and dissipation, for any optimizer. With Δ the change of θ over two steps and a
 * reference that is fixed near the window's beginning,
 *
 * <pre>‖θ+Δ−ref‖² − ‖θ−ref‖² = 2⟨θ−ref, Δ⟩ + ‖Δ‖²,</pre>
 *
 * so that the sum of −2αz, z = ⟨θ−ref, d⟩ − (α/2)‖d‖² for Δ = −αd, telescopes: z has mean 0 exactly
 * if the squared distance from the reference does not grow. Over a window, R = its growth by least
 * squares of the ends of 8 batches, over Σ‖Δ‖². R is 0 at stationarity, and of the order of the
 * window's steps under a steady descent; 1 − R = −2⟨(θ−ref)·Δ⟩/⟨‖Δ‖²⟩ is the
 * fluctuation–dissipation ratio. (The mean of z itself contains the first relaxation, 2 tr C from
 * 0, and its batch means are negatively correlated; the slope has neither. Over two steps, because
 * a direction that overshoots, to and fro, would else be most of Σ‖Δ‖² and hide a descent in the
 * rest.)
 *
 * <p>Under free diffusion R = F: 1 for SGD, and (1+β)/(1−β) over 1+β, 1/(1−β), where updates
 * remember β a step. <b>Holds</b> when the 95 % interval of R lies inside ±{@value #EQUIVALENT}·F,
 * <b>fails</b> when it lies above. Windows of 64 … 8,192 steps, two of each that overlap by half.
 *
 * <p>A step without parameter sketch or out of sequence begins anew. Cost O(k): one distance a
 * step; state 18 sketches. One owner thread. Source: S. Yaida, arXiv:1810.00004; QUANTITIES.md 5.
 */
final class Balance implements DriftWatch.BalanceTest {
  private static final int LEVELS = 8;
  private static final long SHORTEST_BATCH = 8;
  private static final double EQUIVALENT = 0.3;
  private static final double CLOSE = 0.1;
  private static final double LARGEST = 1e100;
  private static final String METHOD = "squared_distance";

  private final SketchMath math = new SketchMath();
  private final double free;
  private final BalanceWindow[][] windows = new BalanceWindow[LEVELS][2];
  private float[] before = new float[0];
  private float[] difference = new float[0];
  private long previousStep = -2;
  private long now;
  private double path;
  private long decidedLength; // of the last question

  /**
   * @param memory β that updates remember a step; 0 for SGD
   */
  Balance(double memory) {
    free = 1 / (1 - memory);
    for (int l = 0; l < LEVELS; l++) {
      for (int i = 0; i < 2; i++) {
        windows[l][i] = new BalanceWindow(SHORTEST_BATCH << l);
      }
    }
  }

  void accept(TrainingStep step) {
    float[] theta = step.motion().paramSketch();
    if (theta.length == 0 || step.nonFinite()) {
      return;
    }
    boolean first = before.length != theta.length || step.step() != previousStep + 1;
    previousStep = step.step();
    if (first) {
      begin(theta);
    } else {
      now++;
      if (now % 2 == 1) {
        return;
      }
      double moved = squaredDistance(theta, before);
      if (moved < LARGEST) {
        path += moved;
        advance(theta);
      } else {
        begin(theta);
      }
    }
    System.arraycopy(theta, 0, before, 0, theta.length);
  }

  private void begin(float[] theta) {
    if (before.length != theta.length) {
      before = new float[theta.length];
      difference = new float[theta.length];
    }
    path = 0;
    now += now % 2;
    for (BalanceWindow[] pair : windows) {
      pair[0].begin(theta, path, now);
      pair[1].begin(theta, path, now);
      // The second is to begin half a window later.
      pair[1].delay(now + pair[1].length() / 2);
    }
  }

  private void advance(float[] theta) {
    for (BalanceWindow[] pair : windows) {
      for (BalanceWindow window : pair) {
        if (!window.due(now)) {
          continue;
        }
        if (window.waits()) {
          window.begin(theta, path, now);
        } else if (window.add(squaredDistance(theta, window.reference()), path, now)) {
          window.begin(theta, path, now);
        }
      }
    }
  }

  private double squaredDistance(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      difference[i] = x[i] - y[i];
    }
    return math.sqnorm(difference);
  }

  /** Whether parameters come. */
  boolean told() {
    return previousStep >= 0;
  }

  /** The newer whole window of a level, or null. */
  private @Nullable BalanceWindow newest(int level) {
    BalanceWindow a = windows[level][0];
    BalanceWindow b = windows[level][1];
    BalanceWindow newer = a.ended() >= b.ended() ? a : b;
    // One that has not been replaced in time is from before a gap.
    return newer.ended() >= 0 && now - newer.ended() <= newer.length() ? newer : null;
  }

  /** Whether they are in balance over a window that has just passed and is not longer. */
  boolean holdsWithin(long steps) {
    return holdsWithin(steps, EQUIVALENT);
  }

  @Override
  public boolean holdsCloselyWithin(long steps) {
    return holdsWithin(steps, CLOSE);
  }

  /**
   * @param low what the lower end of the interval is to be below, in units of F
   */
  private boolean holdsWithin(long steps, double low) {
    for (int l = 0; l < LEVELS && windows[l][0].length() <= steps; l++) {
      BalanceWindow w = newest(l);
      if (w != null && holds(w) && w.excess() - w.width() < low * free) {
        return true;
      }
    }
    return false;
  }

  private boolean holds(BalanceWindow w) {
    return Math.abs(w.excess()) + w.width() < EQUIVALENT * free;
  }

  private boolean fails(BalanceWindow w) {
    return w.excess() - w.width() > EQUIVALENT * free;
  }

  /**
   * What the longest window says that decides, lies within the last so many steps, and is not
   * shorter than the one that decided before; unknown when there is none. One that fails for what
   * was at its beginning, and is no longer, does not count.
   */
  Equilibrium within(long steps, long shortest) {
    for (int l = LEVELS - 1; l >= 0 && windows[l][0].length() >= shortest; l--) {
      BalanceWindow w = newest(l);
      if (w != null && now - w.ended() + w.length() <= steps && (holds(w) || fails(w))) {
        decidedLength = w.length();
        return holds(w) || isOver(w, l) ? Equilibrium.HOLDS : Equilibrium.FAILS;
      }
    }
    return Equilibrium.UNKNOWN;
  }

  /**
   * Whether the motion that a window fails for has ended: a shorter one, not older, is in balance,
   * and far below the R that the same steady motion gives it, in proportion to its length.
   */
  private boolean isOver(BalanceWindow failed, int level) {
    double pace = (failed.excess() - failed.width()) / failed.length();
    for (int l = level - 1; l >= 0; l--) {
      BalanceWindow w = newest(l);
      if (w != null
          && w.ended() >= failed.ended()
          && holds(w)
          && w.excess() + w.width() < pace * w.length()) {
        return true;
      }
    }
    return false;
  }

  /** Length of the window that {@link #within} has just decided on. */
  long decidedLength() {
    return decidedLength;
  }

  private @Nullable BalanceWindow shown(long steps) {
    BalanceWindow shown = null;
    for (int l = 0; l < LEVELS; l++) {
      BalanceWindow w = newest(l);
      if (w != null && (shown == null || now - w.ended() + w.length() <= steps)) {
        shown = w;
      }
    }
    return shown;
  }

  /** The ratio, over the longest window within the last so many steps. */
  void describe(QuantityList out, long steps, Equilibrium equilibrium, int sketchDim) {
    BalanceWindow w = shown(steps);
    if (w == null) {
      String reason =
          told()
              ? "warming up: needs " + windows[0][0].length() + " steps in a row with param_sketch"
              : "needs param_sketch in step";
      out.absent(QuantityName.FLUCTUATION_DISSIPATION_RATIO, reason);
      out.absent(QuantityName.LYAPUNOV_RADIUS, reason);
      return;
    }
    // Both sums are of one sketch, whose error mostly cancels in their ratio.
    out.put(
        QuantityName.FLUCTUATION_DISSIPATION_RATIO,
        1 - w.excess(),
        1 - w.excess() - w.width(),
        1 - w.excess() + w.width(),
        METHOD);
    if (equilibrium != Equilibrium.HOLDS) {
      out.absent(
          QuantityName.LYAPUNOV_RADIUS, "the parameters are not known to fluctuate about a point");
      return;
    }
    double relative = w.relativeSpread();
    double sketch = sketchDim > 0 ? 2.0 / sketchDim : 0;
    double half = 0.5 * Math.hypot(relative, 1.96 * Math.sqrt(sketch));
    double radius = Math.sqrt(w.spread());
    out.put(
        QuantityName.LYAPUNOV_RADIUS,
        radius,
        radius * Math.max(0, 1 - half),
        radius * (1 + half),
        METHOD);
  }

  void writeTo(DataOutput out) throws IOException {
    for (BalanceWindow[] pair : windows) {
      pair[0].writeTo(out);
      pair[1].writeTo(out);
    }
    StateArrays.write(out, before.length == 0 ? new float[0][] : new float[][] {before});
    out.writeLong(previousStep);
    out.writeLong(now);
    out.writeDouble(path);
  }

  void readFrom(DataInput in) throws IOException {
    for (BalanceWindow[] pair : windows) {
      pair[0].readFrom(in);
      pair[1].readFrom(in);
    }
    float[][] rows = StateArrays.readRows(in);
    before = rows.length == 0 ? new float[0] : rows[0];
    difference = new float[before.length];
    previousStep = in.readLong();
    now = in.readLong();
    path = in.readDouble();
  }
}
