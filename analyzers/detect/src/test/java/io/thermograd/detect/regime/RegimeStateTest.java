package io.thermograd.detect.regime;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.detect.regime.RegimeState.Descending;
import io.thermograd.detect.regime.RegimeState.Diverging;
import io.thermograd.detect.regime.RegimeState.Plateau;
import io.thermograd.detect.regime.RegimeState.Spike;
import io.thermograd.detect.regime.RegimeState.Stationary;
import io.thermograd.detect.regime.RegimeState.Transition;
import io.thermograd.detect.regime.RegimeState.Undecided;
import io.thermograd.detect.regime.RegimeState.WarmingUp;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.detect.stationarity.Standing.Equilibrium;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ways of the state diagram. */
class RegimeStateTest {
  private static final RegimeState DESCENDING = new Descending(5);

  private static Signs signs(Drift drift, Equilibrium equilibrium) {
    return new Signs(
        100, 40, 50, drift, equilibrium, true, false, false, false, false, false, false);
  }

  private static Signs upset(boolean broken, boolean growing, boolean runaway, boolean hopped) {
    return new Signs(
        100,
        40,
        50,
        Drift.UNDECIDED,
        Equilibrium.UNKNOWN,
        true,
        broken,
        false,
        growing,
        runaway,
        false,
        hopped);
  }

  @Test
  void theDriftLeadsAmongCalmStates() {
    for (RegimeState from : List.of(new WarmingUp(0), DESCENDING, new Stationary(1))) {
      assertThat(from.next(signs(Drift.FLAT, Equilibrium.FAILS))).isEqualTo(new Plateau(100));
    }
    assertThat(DESCENDING.next(signs(Drift.FLAT, Equilibrium.HOLDS)))
        .isEqualTo(new Stationary(100));
    assertThat(new Plateau(1).next(signs(Drift.FALLING, Equilibrium.UNKNOWN)))
        .isEqualTo(new Descending(100));
    assertThat(DESCENDING.next(signs(Drift.RISING, Equilibrium.UNKNOWN)))
        .isEqualTo(new Undecided(100, Undecided.Reason.RISING, DESCENDING));
  }

  @Test
  void whatDecidesNothingChangesNothing() {
    for (RegimeState from : List.of(DESCENDING, new Plateau(1), new Stationary(1))) {
      assertThat(from.next(signs(Drift.UNDECIDED, Equilibrium.UNKNOWN))).isSameAs(from);
      assertThat(from.next(signs(Drift.FLAT, Equilibrium.UNKNOWN))).isSameAs(from);
    }
    assertThat(DESCENDING.next(signs(Drift.FALLING, Equilibrium.UNKNOWN))).isSameAs(DESCENDING);
  }

  @Test
  void aSpikeReturnsToWhatWasBefore() {
    RegimeState spike = DESCENDING.next(upset(false, true, false, false));
    assertThat(spike).isEqualTo(new Spike(100, DESCENDING));
    assertThat(spike.next(upset(false, true, false, false))).isSameAs(spike);
    assertThat(spike.next(upset(false, false, false, false))).isEqualTo(DESCENDING);
  }

  @Test
  void aRiseThatHasOnlyBegunWasTheSpikesOwn() {
    for (long since : new long[] {60, 59}) {
      RegimeState rising = new Undecided(since, Undecided.Reason.RISING, DESCENDING);
      // Settled after 40 steps, at step 100.
      assertThat(rising.next(upset(false, true, false, false)))
          .isEqualTo(new Spike(100, since == 60 ? DESCENDING : rising));
    }
    RegimeState open = new Undecided(99, Undecided.Reason.NEITHER, DESCENDING);
    assertThat(open.next(upset(false, true, false, false))).isEqualTo(new Spike(100, open));
    assertThat(open.next(signs(Drift.RISING, Equilibrium.UNKNOWN)))
        .isEqualTo(new Undecided(100, Undecided.Reason.RISING, DESCENDING));
  }

  @Test
  void aSpikeThatRunsAwayDiverges() {
    RegimeState spike = DESCENDING.next(upset(false, true, false, false));
    RegimeState diverging = spike.next(upset(false, true, true, false));
    assertThat(diverging).isEqualTo(new Diverging(100, DESCENDING));
    assertThat(diverging.next(upset(false, true, false, false))).isSameAs(diverging);
    assertThat(new WarmingUp(0).next(upset(true, false, false, false)))
        .isInstanceOf(Diverging.class);
  }

  @Test
  void aTransitionLastsUntilTheRunHasSettled() {
    RegimeState transition = new Stationary(7).next(upset(false, false, false, true));
    assertThat(transition).isEqualTo(new Transition(100, 140, new Stationary(7)));
    assertThat(transition.next(signs(Drift.FLAT, Equilibrium.HOLDS))).isSameAs(transition);
    assertThat(transition.next(upset(false, true, false, false)))
        .isEqualTo(new Spike(100, new Stationary(7)));
  }

  @Test
  void statesAreReadAsTheyWereWritten() throws IOException {
    for (RegimeState state :
        List.of(
            new WarmingUp(1),
            DESCENDING,
            new Plateau(2),
            new Stationary(3),
            new Undecided(4, Undecided.Reason.NEITHER, new WarmingUp(0)),
            new Spike(5, DESCENDING),
            new Transition(6, 9, new Plateau(2)),
            new Diverging(7, new WarmingUp(0)))) {
      var bytes = new ByteArrayOutputStream();
      StateCodec.write(new DataOutputStream(bytes), state);
      assertThat(
              StateCodec.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
          .isEqualTo(state);
    }
  }
}
