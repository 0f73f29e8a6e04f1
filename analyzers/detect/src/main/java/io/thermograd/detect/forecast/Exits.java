package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.TemperatureBin;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.theory.Arrhenius;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Exits from each basin, and the time in it, since the settings last changed: what the rate at the
 * present temperature rests on. Earlier ones come in through the Arrhenius line over temperatures.
 * State three numbers a basin. One owner thread.
 */
final class Exits {
  private static final int TEMPERATURES = 3;

  /** Bins nearer to the present temperature than this are the present one. */
  private static final double NEAR = 0.05;

  private static final int MOST = 1 << 16;

  private long[] exits = new long[0];
  private long[] steps = new long[0];
  private double[] time = new double[0];

  /** Starts to count here. */
  void rebase(BasinStanding standing) {
    int n = standing.count();
    exits = new long[n];
    for (int i = 0; i < n; i++) {
      exits[i] = exits(standing.transitions(), i);
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

  /** The rate of leaving the current basin; null while nothing is known of it. */
  @Nullable EscapeRate rate(BasinStanding standing) {
    int i = standing.current() - 1;
    double spent = standing.time()[i] - (i < time.length ? time[i] : 0);
    long seen = exits(standing.transitions(), i) - (i < exits.length ? exits[i] : 0);
    double present = standing.temperature();
    Arrhenius others = present > 0 ? line(standing, present) : null;
    if (others != null) {
      return EscapeRate.counted(
          seen, spent, -Math.log(others.time(present)), others.logTimeVariance(present));
    }
    return spent > 0 ? EscapeRate.counted(seen, spent) : null;
  }

  /** Over all temperatures at which the current basin was left; null when there are too few. */
  static @Nullable Arrhenius line(BasinStanding standing) {
    return line(standing, Double.NaN);
  }

  /** The same without the bins at a temperature. */
  private static @Nullable Arrhenius line(BasinStanding standing, double without) {
    int basin = standing.current() - 1;
    int most = standing.temperatures().size();
    double[] temperatures = new double[most];
    double[] times = new double[most];
    long[] events = new long[most];
    int n = 0;
    for (TemperatureBin bin : standing.temperatures()) {
      long seen = exits(bin.transitions(), basin);
      boolean near = Math.abs(Math.log(bin.temperature() / without)) < NEAR;
      if (seen > 0 && !near && basin < bin.time().length && bin.time()[basin] > 0) {
        temperatures[n] = bin.temperature();
        times[n] = bin.time()[basin] / seen;
        events[n] = seen;
        n++;
      }
    }
    if (n < TEMPERATURES) {
      return null;
    }
    return Arrhenius.fit(
        Arrays.copyOf(temperatures, n), Arrays.copyOf(times, n), Arrays.copyOf(events, n));
  }

  private static long exits(long[][] transitions, int from) {
    long sum = 0;
    if (from < transitions.length) {
      for (int to = 0; to < transitions[from].length; to++) {
        sum += to == from ? 0 : transitions[from][to];
      }
    }
    return sum;
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
