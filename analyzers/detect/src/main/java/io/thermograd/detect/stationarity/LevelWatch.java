package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.EDetector;
import io.thermograd.detect.series.Prewhitener;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a flat loss leaves its level: an {@link EDetector} on prewhitened means of so many steps
 * that they are no shorter than the autocorrelation time, since a first order is then enough to
 * whiten them.
 *
 * <p>It calibrates twice over {@value #CALIBRATION} means, first level and correlation, then the
 * law of the innovations. Stated rate: one false alarm in {@value #RUN_LENGTH} means at most.
 */
final class LevelWatch {
  private static final int CALIBRATION = 64;
  private static final double RUN_LENGTH = 1e5;
  private static final long LONGEST = 64;
  private static final int PATIENCE = 64;

  private final Prewhitener prewhitener = new Prewhitener(CALIBRATION);
  private final EDetector detector = new EDetector(RUN_LENGTH, CALIBRATION);
  private long length;
  private long n;
  private double sum;
  private long waited;

  /** Begins anew, on another level. */
  void restart() {
    prewhitener.restart();
    detector.forget();
    length = 0;
    n = 0;
    sum = 0;
    waited = 0;
  }

  /**
   * Adds a loss.
   *
   * @param time autocorrelation time, steps; NaN while it is unknown
   */
  EDetector.Change accept(double x, double time) {
    if (length == 0) {
      // A time that stays unknown is that of a loss that does not vary.
      if (!(time > 0) && ++waited < PATIENCE) {
        return EDetector.Change.NONE;
      }
      length = 1;
      while (length < time && length < LONGEST) {
        length *= 2;
      }
    }
    sum += x;
    n++;
    if (n < length) {
      return EDetector.Change.NONE;
    }
    double mean = sum / n;
    sum = 0;
    n = 0;
    return detector.accept(prewhitener.accept(mean), prewhitener.slack());
  }

  /** The level that it was calibrated on. */
  double level() {
    return prewhitener.level();
  }

  void writeTo(DataOutput out) throws IOException {
    prewhitener.writeTo(out);
    detector.writeTo(out);
    out.writeLong(length);
    out.writeLong(n);
    out.writeDouble(sum);
    out.writeLong(waited);
  }

  void readFrom(DataInput in) throws IOException {
    prewhitener.readFrom(in);
    detector.readFrom(in);
    length = in.readLong();
    n = in.readLong();
    sum = in.readDouble();
    waited = in.readLong();
  }
}
