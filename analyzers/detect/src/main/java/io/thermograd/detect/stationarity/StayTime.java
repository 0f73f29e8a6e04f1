package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.IntegratedTime;
import io.thermograd.detect.series.MultiTauCorrelator;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Autocorrelation time of the loss within one basin, in which its hops among basins of unequal
 * depth have no part: of the stay that tells it best, by relative error, until the temperature
 * changes. O(1) a step. One owner thread.
 */
final class StayTime {
  private static final int LEVELS = 8;
  private static final double HALF_LIFE = 2048;
  private static final int EVERY = 32;

  private final MultiTauCorrelator correlator = new MultiTauCorrelator(LEVELS, HALF_LIFE);
  private long n;
  private double time = Double.NaN;
  private double relativeError = Double.POSITIVE_INFINITY;

  void accept(double x) {
    correlator.accept(x);
    if (++n % EVERY == 0) {
      IntegratedTime now = IntegratedTime.of(correlator);
      if (now.known() && now.error() <= relativeError * now.value()) {
        time = now.value();
        relativeError = now.error() / now.value();
      }
    }
  }

  /** Another basin. */
  void hop() {
    correlator.restart();
    n = 0;
  }

  /** Another temperature: what was is no longer. */
  void forget() {
    hop();
    relativeError = Double.POSITIVE_INFINITY;
  }

  /** In steps; NaN while unknown. */
  double value() {
    return time;
  }

  void writeTo(DataOutput out) throws IOException {
    correlator.writeTo(out);
    out.writeLong(n);
    out.writeDouble(time);
    out.writeDouble(relativeError);
  }

  void readFrom(DataInput in) throws IOException {
    correlator.readFrom(in);
    n = in.readLong();
    time = in.readDouble();
    relativeError = in.readDouble();
  }
}
