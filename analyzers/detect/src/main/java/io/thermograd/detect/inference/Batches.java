package io.thermograd.detect.inference;

import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.StudentT;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Batch means of a dependent stationary series in at most {@value #MOST} batches of equal length:
 * when all are full, two are made one. The scatter of the batches' means gives the mean's error,
 * and over the samples' own variance the integrated autocorrelation time 1 + 2Σρ. Both are too
 * small while a batch is not long against that time.
 *
 * <p>O(1) a sample; {@value #MOST} + 6 numbers. Sums are relative to the first sample. One owner
 * thread.
 */
final class Batches {
  static final int MOST = 32;
  private static final int NEEDED = MOST / 2;

  private final double[] sums = new double[MOST];
  private int full;
  private long length = 1;
  private long filled;
  private double current;
  private long count;
  private double first;
  private double mean;
  private double squares;

  /** Adds a finite sample. */
  void accept(double x) {
    if (count == 0) {
      first = x;
    }
    double y = x - first;
    count++;
    double before = y - mean;
    mean += before / count;
    squares += before * (y - mean);
    current += y;
    if (++filled < length) {
      return;
    }
    sums[full++] = current;
    current = 0;
    filled = 0;
    if (full == MOST) {
      for (int i = 0; i < NEEDED; i++) {
        sums[i] = sums[2 * i] + sums[2 * i + 1];
      }
      full = NEEDED;
      length *= 2;
    }
  }

  /** Standard error of the mean of all samples; NaN while there are too few batches. */
  double meanError() {
    return full < NEEDED ? Double.NaN : Math.sqrt(batchVariance() * length / count);
  }

  /** Factor of the standard error for a 95 % interval. */
  double factor() {
    return StudentT.quantile975(Math.max(1, full - 1));
  }

  /** Integrated autocorrelation time, at least 1 and at most about a batch; NaN as the error. */
  double autocorrelationTime() {
    double variance = squares / (count - 1);
    return variance > 0 ? Math.max(1, batchVariance() * length / variance) : Double.NaN;
  }

  /** Of the full batches' means. */
  private double batchVariance() {
    if (full < NEEDED) {
      return Double.NaN;
    }
    double centre = 0;
    for (int i = 0; i < full; i++) {
      centre += sums[i] / full;
    }
    double sum = 0;
    for (int i = 0; i < full; i++) {
      sum += (sums[i] - centre) * (sums[i] - centre);
    }
    return sum / (full - 1) / ((double) length * length);
  }

  void clear() {
    full = 0;
    length = 1;
    filled = 0;
    current = 0;
    count = 0;
    mean = 0;
    squares = 0;
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, sums);
    out.writeInt(full);
    out.writeLong(length);
    out.writeLong(filled);
    out.writeDouble(current);
    out.writeLong(count);
    out.writeDouble(first);
    out.writeDouble(mean);
    out.writeDouble(squares);
  }

  void readFrom(DataInput in) throws IOException {
    StateArrays.read(in, sums);
    full = in.readInt();
    length = in.readLong();
    filled = in.readLong();
    current = in.readDouble();
    count = in.readLong();
    first = in.readDouble();
    mean = in.readDouble();
    squares = in.readDouble();
    if (full < 0 || full >= MOST || length < 1) {
      throw new IOException("state claims " + full + " batches of " + length);
    }
  }
}
