package io.thermograd.detect.stationarity;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One window of {@link Balance}: distances from where the parameters were at its beginning, at the
 * ends of its 8 batches. A whole window is replaced by the next.
 */
final class BalanceWindow {
  static final int BATCHES = 8;
  private static final double CENTRE = (BATCHES + 1) / 2.0;
  private static final double SXX = BATCHES * (BATCHES * (double) BATCHES - 1) / 12;
  private static final double INTERVAL = 2.447; // Student, 6 degrees

  private final long batch;
  private final double[] distance = new double[BATCHES];
  private float[] reference = new float[0];
  private double pathBefore;
  private int batches = -1;
  private long until;

  private double excess = Double.NaN;
  private double width = Double.NaN;
  private double spread = Double.NaN;
  private double relativeSpread = Double.NaN;
  private long ended = -1;

  BalanceWindow(long batch) {
    this.batch = batch;
  }

  long length() {
    return BATCHES * batch;
  }

  /** Forgets the window that is open, not what the last whole one said. */
  void begin(float[] theta, double path, long now) {
    if (reference.length != theta.length) {
      reference = theta.clone();
    } else {
      System.arraycopy(theta, 0, reference, 0, theta.length);
    }
    pathBefore = path;
    batches = 0;
    until = now + batch;
  }

  /** Lets the window begin only then. */
  void delay(long start) {
    batches = -1;
    until = start;
  }

  /** Whether it has not begun. */
  boolean waits() {
    return batches < 0;
  }

  boolean due(long now) {
    return now >= until && reference.length > 0;
  }

  float[] reference() {
    return reference;
  }

  /** Adds the squared distance at the end of a batch; true when the window is whole. */
  boolean add(double squaredDistance, double path, long now) {
    distance[batches++] = squaredDistance;
    until = now + batch;
    if (batches < BATCHES) {
      return false;
    }
    evaluate(path - pathBefore);
    ended = now;
    return true;
  }

  /** R, the growth of the squared distance over the window by least squares, over Σ‖Δθ‖². */
  private void evaluate(double path) {
    double mean = 0;
    for (double q : distance) {
      mean += q / BATCHES;
    }
    double sxy = 0;
    for (int b = 0; b < BATCHES; b++) {
      sxy += (b + 1 - CENTRE) * (distance[b] - mean);
    }
    double slope = sxy / SXX;
    double rest = 0;
    for (int b = 0; b < BATCHES; b++) {
      double r = distance[b] - mean - slope * (b + 1 - CENTRE);
      rest += r * r;
    }
    excess = BATCHES * slope / path;
    width = INTERVAL * BATCHES * Math.sqrt(rest / (BATCHES - 2) / SXX) / path;
    spread = mean / 2;
    // Student, 7 degrees, over the mean of 8.
    double squares = 0;
    for (double q : distance) {
      squares += (q - mean) * (q - mean);
    }
    relativeSpread = 2.365 * Math.sqrt(squares / (BATCHES * (BATCHES - 1.0))) / mean;
  }

  /** Half of the 95 % interval of {@link #spread}, relative. */
  double relativeSpread() {
    return relativeSpread;
  }

  /** R of the last whole window; NaN before the first. */
  double excess() {
    return excess;
  }

  /** Half of its 95 % interval. */
  double width() {
    return width;
  }

  /** Half the mean squared distance: tr C where the parameters are in balance. */
  double spread() {
    return spread;
  }

  /** When the last whole window ended; −1 before the first. */
  long ended() {
    return ended;
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, reference.length == 0 ? new float[0][] : new float[][] {reference});
    StateArrays.write(out, distance);
    out.writeDouble(pathBefore);
    out.writeInt(batches);
    out.writeLong(until);
    out.writeDouble(excess);
    out.writeDouble(width);
    out.writeDouble(spread);
    out.writeDouble(relativeSpread);
    out.writeLong(ended);
  }

  void readFrom(DataInput in) throws IOException {
    float[][] rows = StateArrays.readRows(in);
    reference = rows.length == 0 ? new float[0] : rows[0];
    StateArrays.read(in, distance);
    pathBefore = in.readDouble();
    batches = in.readInt();
    until = in.readLong();
    excess = in.readDouble();
    width = in.readDouble();
    spread = in.readDouble();
    relativeSpread = in.readDouble();
    ended = in.readLong();
  }
}
