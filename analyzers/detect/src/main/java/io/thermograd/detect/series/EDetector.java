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
 * starts again after an alarm.
 *
 * <p>Innovations that are skewed or heavy-tailed are no standard normals: over a calibration
 * stretch E e^(λx) is measured, two standard errors are added, and e^(λ²/2) is replaced where that
 * is more.
 *
 * <p>O(1): two exponentials and their powers. One owner thread. Source: J. Shin, A. Ramdas, A.
 * Rinaldo, arXiv:2203.03532.
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

  private final double runLength;
  private final int calibration;
  private final double[] down = new double[SIDE];
  private final double[] up = new double[SIDE];
  // Mean and sum of squares of e^(λx) while calibrating, then 1/E e^(λx) in the mean's place.
  private final double[] normalUp = new double[SIDE];
  private final double[] normalDown = new double[SIDE];
  private final double[] squaresUp = new double[SIDE];
  private final double[] squaresDown = new double[SIDE];
  private int calibrated;

  /**
   * @param runLength values between false alarms, at least, on average
   * @param calibration values over which E e^(λx) is measured; 0 where x is known to be normal
   */
  public EDetector(double runLength, int calibration) {
    this.runLength = runLength;
    this.calibration = calibration;
    forget();
  }

  /** Forgets the evidence, and calibrates anew. */
  public void forget() {
    restart();
    calibrated = 0;
    for (int i = 0; i < SIDE; i++) {
      normalUp[i] = calibration == 0 ? normaliser(i) : 0;
      normalDown[i] = normalUp[i];
      squaresUp[i] = 0;
      squaresDown[i] = 0;
    }
  }

  private void restart() {
    Arrays.fill(down, 0);
    Arrays.fill(up, 0);
  }

  private static double normaliser(int i) {
    double lambda = FIRST * (1 << i);
    return StrictMath.exp(-0.5 * lambda * lambda);
  }

  private void calibrate(double bounded) {
    double upwards = StrictMath.exp(FIRST * bounded);
    double downwards = 1 / upwards;
    calibrated++;
    for (int i = 0; i < SIDE; i++) {
      learn(normalUp, squaresUp, i, upwards);
      learn(normalDown, squaresDown, i, downwards);
      upwards *= upwards;
      downwards *= downwards;
    }
  }

  private void learn(double[] mean, double[] squares, int i, double x) {
    double d = x - mean[i];
    mean[i] += d / calibrated;
    squares[i] += d * (x - mean[i]);
    if (calibrated == calibration) {
      double error = Math.sqrt(squares[i] / calibrated / (calibrated - 1.0));
      mean[i] = Math.min(normaliser(i), 1 / (mean[i] + 2 * error));
    }
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
    if (calibrated < calibration) {
      calibrate(bounded);
      return Change.NONE;
    }
    double upwards = StrictMath.exp(FIRST * (bounded - slack));
    double downwards = StrictMath.exp(FIRST * (-bounded - slack));
    double sumUp = 0;
    double sumDown = 0;
    for (int i = 0; i < SIDE; i++) {
      up[i] = Math.min(LARGEST, (up[i] + 1) * upwards * normalUp[i]);
      down[i] = Math.min(LARGEST, (down[i] + 1) * downwards * normalDown[i]);
      sumUp += up[i];
      sumDown += down[i];
      upwards *= upwards; // λ doubles
      downwards *= downwards;
    }
    if (sumUp + sumDown < 2 * SIDE * runLength) {
      return Change.NONE;
    }
    restart();
    return sumUp > sumDown ? Change.UP : Change.DOWN;
  }

  public void writeTo(DataOutput out) throws IOException {
    for (int i = 0; i < SIDE; i++) {
      out.writeDouble(up[i]);
      out.writeDouble(down[i]);
      out.writeDouble(normalUp[i]);
      out.writeDouble(normalDown[i]);
      out.writeDouble(squaresUp[i]);
      out.writeDouble(squaresDown[i]);
    }
    out.writeInt(calibrated);
  }

  public void readFrom(DataInput in) throws IOException {
    for (int i = 0; i < SIDE; i++) {
      up[i] = in.readDouble();
      down[i] = in.readDouble();
      normalUp[i] = in.readDouble();
      normalDown[i] = in.readDouble();
      squaresUp[i] = in.readDouble();
      squaresDown[i] = in.readDouble();
    }
    calibrated = in.readInt();
  }
}
