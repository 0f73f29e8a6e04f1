package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.basin.BasinStanding.Exposure;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Exits from each basin, and the time in it, since the settings last changed: what the rate at the
 * present temperature rests on. Earlier ones come in through the Arrhenius line over temperatures.
 *
 * <p>When the basins have been drawn anew in hindsight, what was counted before means nothing any
 * more; until the settings change again, all that is known of the present temperature counts. State
 * two numbers a basin. One owner thread.
 */
final class Exits {
  private static final int MOST = 1 << 10;

  private long[] exits = new long[0];
  private double[] time = new double[0];
  private boolean counted;
  private int basins;
  private int current;
  private long steps;
  private long passed;

  /** Starts to count here. */
  void rebase(BasinStanding standing) {
    int n = standing.count();
    exits = new long[n];
    for (int i = 0; i < n; i++) {
      exits[i] = ArrheniusLine.exits(standing.transitions(), i);
    }
    time = Arrays.copyOf(standing.time(), n);
    counted = true;
    look(standing);
  }

  /**
   * Compares with the last look; at least one look between two changes of basin.
   *
   * @param hopped whether there was a change of basin in between
   * @return whether the basins are others than those that were spoken of
   */
  boolean renewed(BasinStanding standing, boolean hopped) {
    int before = basins;
    int was = current;
    long stepsBefore = steps;
    long passedBefore = passed;
    look(standing);
    long more = passed - passedBefore;
    boolean others =
        basins < before || (basins != before && !hopped) || (current != was && !hopped);
    if (others || steps < stepsBefore || more < 0 || more > 1) {
      counted = false;
    }
    return others && before > 0;
  }

  private void look(BasinStanding standing) {
    basins = standing.count();
    current = standing.current();
    steps = 0;
    passed = 0;
    for (int i = 0; i < basins; i++) {
      steps += standing.steps()[i];
      passed += ArrheniusLine.exits(standing.transitions(), i);
    }
  }

  /**
   * The rate of leaving the current basin; null while nothing is known of it.
   *
   * @param nominal η_eff/B
   */
  @Nullable EscapeRate rate(BasinStanding standing, double nominal) {
    int i = standing.current() - 1;
    Exposure present = counted ? null : ArrheniusLine.present(standing, nominal);
    double spent = present == null ? standing.time()[i] : present.time()[i];
    long seen =
        ArrheniusLine.exits(present == null ? standing.transitions() : present.transitions(), i);
    if (counted && i < exits.length) {
      spent -= time[i];
      seen -= exits[i];
    }
    spent = Math.max(0, spent);
    seen = Math.max(0, seen);
    ArrheniusLine others = ArrheniusLine.of(standing, nominal, false);
    if (others != null) {
      return new TemperedRate(seen, spent, others.rate());
    }
    return spent > 0 ? new CountedRate(seen, spent) : null;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(exits.length);
    for (long n : exits) {
      out.writeLong(n);
    }
    StateArrays.write(out, time);
    out.writeBoolean(counted);
    out.writeInt(basins);
    out.writeInt(current);
    out.writeLong(steps);
    out.writeLong(passed);
  }

  void readFrom(DataInput in) throws IOException {
    int n = in.readInt();
    if (n < 0 || n > MOST) {
      throw new IOException("state claims " + n + " basins");
    }
    exits = new long[n];
    for (int i = 0; i < n; i++) {
      exits[i] = in.readLong();
    }
    time = new double[n];
    StateArrays.read(in, time);
    counted = in.readBoolean();
    basins = in.readInt();
    current = in.readInt();
    steps = in.readLong();
    passed = in.readLong();
  }
}
