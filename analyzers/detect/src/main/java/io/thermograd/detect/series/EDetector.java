package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Detects a change of the mean of independent innovations, with a bound on false alarms that holds
 * at any time: a Shiryaev–Roberts mixture of e-processes.
 *
 * <p>For λ ∈ ±{0.05, 0.1, 0.2, 0.4, 0.8}: w_λ ← (w_λ + 1)·exp(λx − λ²/2). Each is a sum of
 * nonnegative martingales, one a possible time of change, so that mean w − t is a martingale while
 * x is standard normal (or lighter), and the average run length to mean w ≥ ARL is at least ARL. It
 * starts again after an alarm. O(1): one exponential and its powers. One owner thread. Source: J.
 * Shin, A. Ramdas, A. Rinaldo, arXiv:2203.03532.
 */
public final class EDetector {
  /** What was found. */
  public enum Change {
    NONE,
    DOWN,
    UP
  }

  private static final double FIRST = 0.05;
  private static final int SIDE = 5;
  private static final double LARGEST = 1e250;
  // One value alone is never the proof: e^(0.8·3.5 − 0.32) is 12.
  private static final double LARGEST_INNOVATION = 3.5;
  private static final double NORMALISER = StrictMath.exp(-0.5 * FIRST * FIRST);

  private final double runLength;
  private final double[] down = new double[SIDE];
  private final double[] up = new double[SIDE];

  /**
   * @param runLength steps between false alarms, at least, on average
   */
  public EDetector(double runLength) {
    this.runLength = runLength;
  }

  /** Forgets what was seen. */
  public void restart() {
    Arrays.fill(down, 0);
    Arrays.fill(up, 0);
  }

  /**
   * Adds an innovation; NaN changes nothing.
   *
   * @param slack that its mean may be off zero by without a change: the error of what it is
   *     relative to
   */
  public Change accept(double x, double slack) {
    if (Double.isNaN(x)) {
      return Change.NONE;
    }
    double bounded = Math.max(-LARGEST_INNOVATION, Math.min(LARGEST_INNOVATION, x));
    double upwards = StrictMath.exp(FIRST * (bounded - slack));
    double downwards = StrictMath.exp(FIRST * (-bounded - slack));
    double n = NORMALISER;
    double sumUp = 0;
    double sumDown = 0;
    for (int i = 0; i < SIDE; i++) {
      up[i] = Math.min(LARGEST, (up[i] + 1) * upwards * n);
      down[i] = Math.min(LARGEST, (down[i] + 1) * downwards * n);
      sumUp += up[i];
      sumDown += down[i];
      upwards *= upwards; // λ doubles
      downwards *= downwards;
      n = n * n * n * n; // λ² grows fourfold
    }
    if (sumUp + sumDown < 2 * SIDE * runLength) {
      return Change.NONE;
    }
    restart();
    return sumUp > sumDown ? Change.UP : Change.DOWN;
  }

  /** log of the evidence for a change over what an alarm takes: 0 at an alarm. */
  public double evidence() {
    double sum = 0;
    for (int i = 0; i < SIDE; i++) {
      sum += up[i] + down[i];
    }
    return StrictMath.log((sum + Double.MIN_NORMAL) / (2 * SIDE * runLength));
  }

  public void writeTo(DataOutput out) throws IOException {
    for (int i = 0; i < SIDE; i++) {
      out.writeDouble(up[i]);
      out.writeDouble(down[i]);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    for (int i = 0; i < SIDE; i++) {
      up[i] = in.readDouble();
      down[i] = in.readDouble();
    }
  }
}
