package io.thermograd.detect.regime;

import io.thermograd.detect.regime.RegimeState.Descending;
import io.thermograd.detect.regime.RegimeState.Diverging;
import io.thermograd.detect.regime.RegimeState.Plateau;
import io.thermograd.detect.regime.RegimeState.Spike;
import io.thermograd.detect.regime.RegimeState.Stationary;
import io.thermograd.detect.regime.RegimeState.Transition;
import io.thermograd.detect.regime.RegimeState.Undecided;
import io.thermograd.detect.regime.RegimeState.WarmingUp;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Regimes in serialised states: a tag, since when, and what else there is. */
final class StateCodec {
  private StateCodec() {}

  static void write(DataOutput out, RegimeState state) throws IOException {
    if (state instanceof WarmingUp) {
      head(out, 0, state);
    } else if (state instanceof Descending) {
      head(out, 1, state);
    } else if (state instanceof Plateau) {
      head(out, 2, state);
    } else if (state instanceof Stationary) {
      head(out, 3, state);
    } else if (state instanceof Undecided u) {
      head(out, 4, state);
      out.writeByte(u.reason().ordinal());
      write(out, u.before());
    } else if (state instanceof Spike s) {
      head(out, 5, state);
      write(out, s.before());
    } else if (state instanceof Transition t) {
      head(out, 6, state);
      out.writeLong(t.until());
      write(out, t.before());
    } else if (state instanceof Diverging d) {
      head(out, 7, state);
      write(out, d.before());
    }
  }

  private static void head(DataOutput out, int tag, RegimeState state) throws IOException {
    out.writeByte(tag);
    out.writeLong(state.since());
  }

  static RegimeState read(DataInput in) throws IOException {
    int tag = in.readByte();
    long since = in.readLong();
    return switch (tag) {
      case 0 -> new WarmingUp(since);
      case 1 -> new Descending(since);
      case 2 -> new Plateau(since);
      case 3 -> new Stationary(since);
      case 4 -> new Undecided(since, Undecided.Reason.values()[in.readByte()], read(in));
      case 5 -> new Spike(since, read(in));
      case 6 -> new Transition(since, in.readLong(), read(in));
      case 7 -> new Diverging(since, read(in));
      default -> throw new IOException("state claims a regime " + tag);
    };
  }
}
