package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Exits from each basin, and the time in it, since the settings last changed: what the rate at the
 * present temperature rests on. Earlier ones come in through the Arrhenius line over temperatures.
 * State three numbers a basin. One owner thread.
 */
final class Exits {
  private static final int MOST = 1 << 16;

  private long[] exits = new long[0];
  private long[] steps = new long[0];
  private double[] time = new double[0];

  /** Starts to count here. */
  void rebase(BasinStanding standing) {
    int n = standing.count();
    exits = new long[n];
    for (int i = 0; i < n; i++) {
      exits[i] = ArrheniusLine.exits(standing.transitions(), i);
    }
    steps = standing.steps().clone();
    time = standing.time().clone();
  }

  /** SGD time of a step at these settings; NaN before the first step in a basin. */
  double pace(BasinStanding standing) {
    double spent = 0;
    double count = 0;
    for (int i = 0; i < standing.count(); i++) {
      spent += standing.time()[i] - (i < time.length ? time[i] : 0);
      count += standing.steps()[i] - (i < steps.length ? steps[i] : 0);
    }
    return count > 0 && spent > 0 ? spent / count : Double.NaN;
  }

  /**
   * The rate of leaving the current basin; null while nothing is known of it.
   *
   * @param others the line through the stays at other temperatures, null without one
   */
  @Nullable EscapeRate rate(BasinStanding standing, @Nullable ArrheniusLine others) {
    int i = standing.current() - 1;
    double spent = standing.time()[i] - (i < time.length ? time[i] : 0);
    long seen = ArrheniusLine.exits(standing.transitions(), i) - (i < exits.length ? exits[i] : 0);
    if (others != null) {
      return new TemperedRate(seen, Math.max(0, spent), -others.logTime(), others.variance());
    }
    return spent > 0 ? new CountedRate(seen, spent) : null;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(exits.length);
    for (int i = 0; i < exits.length; i++) {
      out.writeLong(exits[i]);
      out.writeLong(steps[i]);
    }
    StateArrays.write(out, time);
  }

  void readFrom(DataInput in) throws IOException {
    int n = in.readInt();
    if (n < 0 || n > MOST) {
      throw new IOException("state claims " + n + " basins");
    }
    exits = new long[n];
    steps = new long[n];
    time = new double[n];
    for (int i = 0; i < n; i++) {
      exits[i] = in.readLong();
      steps[i] = in.readLong();
    }
    StateArrays.read(in, time);
  }
}
