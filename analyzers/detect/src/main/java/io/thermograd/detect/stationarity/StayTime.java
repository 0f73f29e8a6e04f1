package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.IntegratedTime;
import io.thermograd.detect.series.MultiTauCorrelator;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Autocorrelation time of the loss within one basin, in which its hops among basins of unequal
 * depth have no part: of the longest stay, of the later of two, until the temperature changes.
 * (Taken by its error it would be the shortest time that any stay gave.) O(1) a step. One owner
 * thread.
 */
final class StayTime {
  private static final int LEVELS = 8;
  private static final double HALF_LIFE = 2048;
  private static final int EVERY = 32;

  private final MultiTauCorrelator correlator = new MultiTauCorrelator(LEVELS, HALF_LIFE);
  private long n;
  private double time = Double.NaN;
  private long longest;

  void accept(double x) {
    correlator.accept(x);
    if (++n % EVERY == 0) {
      IntegratedTime now = IntegratedTime.of(correlator);
      if (now.known() && n >= longest) {
        time = now.value();
        longest = n;
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
    longest = 0;
  }

  /** In steps; NaN while unknown. */
  double value() {
    return time;
  }

  void writeTo(DataOutput out) throws IOException {
    correlator.writeTo(out);
    out.writeLong(n);
    out.writeDouble(time);
    out.writeLong(longest);
  }

  void readFrom(DataInput in) throws IOException {
    correlator.readFrom(in);
    n = in.readLong();
    time = in.readDouble();
    longest = in.readLong();
  }
}
