package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where a run has been: every s-th step of it, with the loss and the temperature of that step. When
 * {@value #CAPACITY} points are held, or twice that many of at most {@value #NARROW} coordinates,
 * every other one goes and s doubles, so that the whole run stays in view in bounded memory. Older
 * and newer parts weigh alike.
 *
 * <p>O(1) a step, amortised; 62 bytes a point. One owner thread.
 */
final class Trail {
  private static final int CAPACITY = 2048;

  /** Points are small where there are few coordinates. */
  private static final int NARROW = 3;

  /** Coordinates that are kept of a point. */
  static final int WIDTH = 8;

  private final int width;
  private final float[] at;
  private final int capacity;
  private final float[] loss;
  private final float[] meanLoss;
  private final float[] nominal;
  private final float[] rate;
  private final float[] temperature;
  private final double[] time;
  private final long[] step;
  private final byte[] basin;
  private int size;
  private int stride = 1;
  private long until;
  private double lossSum;
  private long lossCount;

  Trail(int width) {
    this.width = width;
    capacity = width <= NARROW ? 2 * CAPACITY : CAPACITY;
    at = new float[capacity * width];
    loss = new float[capacity];
    meanLoss = new float[capacity];
    nominal = new float[capacity];
    rate = new float[capacity];
    temperature = new float[capacity];
    time = new double[capacity];
    step = new long[capacity];
    basin = new byte[capacity];
  }

  /** Adds the loss of a step to the mean of its stretch; true when the step is to be kept. */
  boolean due(double batchLoss) {
    if (Double.isFinite(batchLoss)) {
      lossSum += batchLoss;
      lossCount++;
    }
    if (until > 0) {
      until--;
      return false;
    }
    return true;
  }

  /**
   * Keeps a step.
   *
   * @param t SGD time
   * @return whether it thinned out
   */
  boolean keep(double[] x, double batchLoss, long number, double t, Temperature now) {
    boolean thinned = size == capacity;
    if (thinned) {
      thin();
    }
    for (int i = 0; i < width; i++) {
      at[size * width + i] = (float) x[i];
    }
    loss[size] = (float) batchLoss;
    meanLoss[size] = (float) (lossCount == 0 ? Double.NaN : lossSum / lossCount);
    lossSum = 0;
    lossCount = 0;
    nominal[size] = (float) now.nominal();
    rate[size] = (float) now.rate();
    temperature[size] = (float) now.effective();
    time[size] = t;
    step[size] = number;
    basin[size] = 0;
    size++;
    until = stride - 1L;
    return thinned;
  }

  private void thin() {
    int half = size / 2;
    for (int i = 0; i < half; i++) {
      int from = 2 * i + 1; // the newest stays
      System.arraycopy(at, from * width, at, i * width, width);
      meanLoss[i] = 0.5f * (meanLoss[from] + meanLoss[from - 1]);
      loss[i] = loss[from];
      nominal[i] = nominal[from];
      rate[i] = rate[from];
      temperature[i] = temperature[from];
      time[i] = time[from];
      step[i] = step[from];
      basin[i] = basin[from];
    }
    size = half;
    stride *= 2;
  }

  /** Turns the coordinates of all points: x ← Rx. */
  void turn(double[][] r) {
    double[] x = new double[width];
    for (int p = 0; p < size; p++) {
      for (int i = 0; i < width; i++) {
        double sum = 0;
        for (int j = 0; j < width; j++) {
          sum += r[i][j] * at[p * width + j];
        }
        x[i] = sum;
      }
      for (int i = 0; i < width; i++) {
        at[p * width + i] = (float) x[i];
      }
    }
  }

  int size() {
    return size;
  }

  /** s. */
  int stride() {
    return stride;
  }

  int width() {
    return width;
  }

  float at(int point, int coordinate) {
    return at[point * width + coordinate];
  }

  /** Of the step itself. */
  float loss(int point) {
    return loss[point];
  }

  /** Over the steps from the point before. */
  float meanLoss(int point) {
    return meanLoss[point];
  }

  double time(int point) {
    return time[point];
  }

  long step(int point) {
    return step[point];
  }

  Temperature temperature(int point) {
    return new Temperature(nominal[point], rate[point], temperature[point]);
  }

  /** η_eff. */
  float rate(int point) {
    return rate[point];
  }

  /** The basin that the point was found in; 0 for none. */
  int basin(int point) {
    return basin[point];
  }

  void setBasin(int point, int number) {
    basin[point] = (byte) number;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(size);
    out.writeInt(stride);
    out.writeLong(until);
    out.writeDouble(lossSum);
    out.writeLong(lossCount);
    StateArrays.write(out, at, 0, size * width);
    for (float[] column : columns()) {
      StateArrays.write(out, column, 0, size);
    }
    for (int i = 0; i < size; i++) {
      out.writeDouble(time[i]);
      out.writeLong(step[i]);
    }
    out.write(basin, 0, size);
  }

  void readFrom(DataInput in) throws IOException {
    size = in.readInt();
    if (size < 0 || size > capacity) {
      throw new IOException("state claims a trail of " + size + " points of " + capacity);
    }
    stride = in.readInt();
    until = in.readLong();
    lossSum = in.readDouble();
    lossCount = in.readLong();
    StateArrays.read(in, at, 0, size * width);
    for (float[] column : columns()) {
      StateArrays.read(in, column, 0, size);
    }
    for (int i = 0; i < size; i++) {
      time[i] = in.readDouble();
      step[i] = in.readLong();
    }
    in.readFully(basin, 0, size);
  }

  private float[][] columns() {
    return new float[][] {loss, meanLoss, nominal, rate, temperature};
  }
}
