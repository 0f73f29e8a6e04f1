package io.thermograd.detect.regime;

import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.wire.Regime;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The regime of a run and its overlays, from what the other detectors say. One owner thread. */
public final class Regimes {
  /** Overlay: hovers at the largest stable learning rate. */
  public static final String EDGE_OF_STABILITY = "edge_of_stability";

  /** Overlay: will not leave its basin within the budget. */
  public static final String TRAPPED = "trapped";

  /** Overlay: steps lead beyond the minimum, or the loss has a period. */
  public static final String OSCILLATING = "oscillating";

  private static final double SETTLE_TIMES = 2;
  private static final double SHORTEST_SETTLE = 32;
  private static final double TRAPPED_BELOW = 0.2;

  /** A rest of the budget that is not worth a warning any more, in steps so far. */
  private static final double TOO_LATE = 0.05;

  private static final double NEWS = 256;

  private final Catapult catapult = new Catapult();
  private RegimeState state = new RegimeState.WarmingUp(0);
  private long now;
  private double settle = SHORTEST_SETTLE;
  private boolean edge;
  private boolean trapped;
  private boolean oscillating;
  private @Nullable EscapeOutlook outlook;

  /**
   * Adds a step that the other detectors have seen.
   *
   * @param broken whether loss or gradient are not finite
   * @param hopped whether this step came into another basin
   * @param atEdge whether the steepest direction hovers at the edge of stability
   * @param sharpness λ_max as a probe at this step has measured it; NaN without one
   * @param newOutlook of the present basin; null while there is none
   */
  public void accept(
      long step,
      Stationarity stationarity,
      DivergenceDetector divergence,
      boolean broken,
      boolean hopped,
      boolean atEdge,
      double sharpness,
      @Nullable EscapeOutlook newOutlook) {
    double time = stationarity.autocorrelationTime();
    settle = Math.max(SHORTEST_SETTLE, SETTLE_TIMES * (time > 0 ? time : 0));
    double stay = stationarity.stayTime();
    double arrival =
        stay > 0 ? Math.min(settle, Math.max(SHORTEST_SETTLE, SETTLE_TIMES * stay)) : settle;
    state =
        state.next(
            new Signs(
                step,
                arrival,
                stationarity.count(),
                stationarity.drift(),
                stationarity.equilibrium(),
                stationarity.balanceTested(),
                broken,
                divergence.diverging(),
                divergence.growing(),
                divergence.runsAway(),
                stationarity.jumped(),
                hopped));
    now = step;
    catapult.accept(
        step,
        state instanceof RegimeState.Spike || state instanceof RegimeState.Diverging,
        sharpness);
    edge = atEdge;
    oscillating = stationarity.overshooting() || stationarity.lossPeriod() > 0;
    outlook = newOutlook;
    trapped =
        newOutlook != null
            && newOutlook.better()
            && newOutlook.remainingSteps() > (trapped ? 0 : TOO_LATE * step)
            && newOutlook.probabilityUpper() < TRAPPED_BELOW;
  }

  /** The state, with since when. */
  public RegimeState state() {
    return state;
  }

  /** For the outside; empty where none is identified. */
  public Optional<Regime> regime() {
    return state.regime();
  }

  /** Steps after which what has happened is over: two autocorrelation times, 32 at least. */
  public double settle() {
    return settle;
  }

  /** The latest rise of the loss, and what it did to the sharpness. */
  public Catapult catapult() {
    return catapult;
  }

  /** Whether a catapult has ended that is still worth a sentence: 256 steps, or until settled. */
  public boolean catapulted() {
    return catapult.lowered() && catapult.endedWithin(now, Math.max(NEWS, settle));
  }

  public boolean atEdge() {
    return edge;
  }

  public boolean trapped() {
    return trapped;
  }

  /** Of the latest step's basin; null where there is none. */
  public @Nullable EscapeOutlook outlook() {
    return outlook;
  }

  public boolean oscillating() {
    return oscillating;
  }

  /** What holds besides the regime, by name. */
  public void overlays(List<String> out) {
    if (edge) {
      out.add(EDGE_OF_STABILITY);
    }
    if (trapped) {
      out.add(TRAPPED);
    }
    if (oscillating) {
      out.add(OSCILLATING);
    }
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    StateCodec.write(out, state);
    catapult.writeTo(out);
    out.writeLong(now);
    out.writeDouble(settle);
    out.writeBoolean(edge);
    out.writeBoolean(trapped);
    out.writeBoolean(oscillating);
    EscapeOutlook now = outlook;
    out.writeBoolean(now != null);
    if (now != null) {
      out.writeDouble(now.probabilityUpper());
      out.writeLong(now.remainingSteps());
      out.writeBoolean(now.better());
      out.writeDouble(now.learningRateNeeded());
    }
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    state = StateCodec.read(in);
    catapult.readFrom(in);
    now = in.readLong();
    settle = in.readDouble();
    edge = in.readBoolean();
    trapped = in.readBoolean();
    oscillating = in.readBoolean();
    outlook =
        in.readBoolean()
            ? new EscapeOutlook(in.readDouble(), in.readLong(), in.readBoolean(), in.readDouble())
            : null;
  }
}
