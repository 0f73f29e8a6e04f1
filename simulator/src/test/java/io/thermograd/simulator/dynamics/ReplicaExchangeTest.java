package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.dynamics.ReplicaExchange.Rung;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Polynomial;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ReplicaExchangeTest {
  private static final Landscape WELLS = Polynomial.tiltedDoubleWell(0.05);
  private static final List<Rung> RUNGS =
      List.of(new Rung(0.06, 0.03), new Rung(0.15, 0.05), new Rung(0.4, 0.08), new Rung(1, 0.1));
  private static final int LADDERS = 4_000;

  @Test
  void everyTemperatureHasItsGibbsLaw() {
    // At T = 0.06 a single chain would wait e^17 units of time for the other well.
    ReplicaExchange exchange = ReplicaExchange.at(WELLS, RUNGS, 5, new double[] {1}, LADDERS, 3);
    exchange.step(2_000);
    for (int k = 0; k < RUNGS.size(); k++) {
      assertThat(Samples.kolmogorov(exchange.level(k).positions(), gibbs(k)))
          .as("level " + k)
          .isLessThan(Samples.KOLMOGOROV);
    }
    assertThat(exchange.positions()).isSameAs(exchange.level(0).positions());
    assertThat(exchange.roundTrips()).isGreaterThan(LADDERS);
  }

  @Test
  void swapsAreAcceptedAsOftenAsTheTwoGibbsLawsSay() {
    ReplicaExchange exchange = ReplicaExchange.at(WELLS, RUNGS, 5, new double[] {1}, LADDERS, 3);
    exchange.step(2_000);
    for (int k = 0; k + 1 < RUNGS.size(); k++) {
      double[] cold = density(k);
      double[] hot = density(k + 1);
      double beta = 1 / RUNGS.get(k).temperature() - 1 / RUNGS.get(k + 1).temperature();
      double expected = 0;
      for (int a = 0; a < cold.length; a++) {
        for (int b = 0; b < hot.length; b++) {
          double ratio = beta * (energy(point(a)) - energy(point(b)));
          expected += cold[a] * hot[b] * Math.min(1, Math.exp(ratio));
        }
      }
      // The climb from the common start is in it too: 1 in 100.
      assertThat(exchange.swapRate(k)).isCloseTo(expected, within(0.01));
    }
  }

  @Test
  void theGroupingOfStepsDoesNotMatter() {
    ReplicaExchange together = ReplicaExchange.at(WELLS, RUNGS, 5, new double[] {1}, 300, 3);
    ReplicaExchange apart = ReplicaExchange.at(WELLS, RUNGS, 5, new double[] {1}, 300, 3);
    together.step(53);
    apart.step(3);
    apart.step(2);
    for (int s = 0; s < 48; s++) {
      apart.step();
    }
    for (int k = 0; k < RUNGS.size(); k++) {
      assertThat(apart.level(k).positions()).isEqualTo(together.level(k).positions());
    }
    assertThat(apart.roundTrips()).isEqualTo(together.roundTrips());
    assertThat(apart.steps()).isEqualTo(53);
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> ReplicaExchange.at(WELLS, RUNGS.subList(0, 1), 5, new double[1], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rungs should be at least 2: were 1");
    assertThatThrownBy(
            () ->
                ReplicaExchange.at(
                    WELLS, List.of(new Rung(1, 0.1), new Rung(1, 0.1)), 5, new double[1], 1, 1))
        .hasMessageStartingWith("temperatures should rise: were [");
    assertThatThrownBy(() -> ReplicaExchange.at(WELLS, RUNGS, 0, new double[1], 1, 1))
        .hasMessage("interval should be at least 1: was 0");
  }

  private static DoubleUnaryOperator gibbs(int k) {
    double t = RUNGS.get(k).temperature();
    return Samples.cdf(x -> Math.exp(-energy(x) / t), -3.5, 3.5);
  }

  private static double energy(double x) {
    return WELLS.value(new double[] {x});
  }

  private static double point(int i) {
    return -3 + 0.01 * i;
  }

  private static double[] density(int k) {
    double[] p = new double[601];
    Arrays.setAll(p, i -> Math.exp(-energy(point(i)) / RUNGS.get(k).temperature()));
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }
}
