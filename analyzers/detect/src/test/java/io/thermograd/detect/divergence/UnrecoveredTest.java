package io.thermograd.detect.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.detect.States;
import org.junit.jupiter.api.Test;

class UnrecoveredTest {

  /** A rise from a level of 1, whose history went up to 1.1. */
  private static Rise rise(double level, long since) {
    RecordBook loss = new RecordBook();
    for (int t = 0; t < 200; t++) {
      loss.look(level * (1 + 0.1 * (t / 8 % 2)));
      loss.learn();
    }
    Rise rise = new Rise(loss);
    rise.open(5 * level);
    rise.since(since);
    return rise;
  }

  @Test
  void holdsTheFirstDivergenceUntilTheLossIsBack() {
    Unrecovered unrecovered = new Unrecovered();
    unrecovered.look(0);
    assertThat(unrecovered.worse()).isFalse();
    unrecovered.settle(rise(1, 300));
    unrecovered.look(4);
    assertThat(unrecovered.worse()).isTrue();
    unrecovered.settle(rise(4, 700));
    unrecovered.look(2);
    assertThat(unrecovered.worse()).isTrue();
    assertThat(unrecovered.since()).isEqualTo(300);
    assertThat(unrecovered.level()).isBetween(1.0, 1.1);
    Unrecovered restored = new Unrecovered();
    States.copy(unrecovered::writeTo, restored::readFrom);
    unrecovered.look(1.1);
    restored.look(1.1);
    assertThat(unrecovered.worse()).isFalse();
    assertThat(States.bytes(restored::writeTo)).isEqualTo(States.bytes(unrecovered::writeTo));
  }

  @Test
  void knowsNothingBetterAgainOnceItIsBack() {
    Unrecovered unrecovered = new Unrecovered();
    unrecovered.settle(rise(1, 300));
    unrecovered.look(0.5);
    unrecovered.settle(rise(2, 900));
    assertThat(unrecovered.worse()).isTrue();
    assertThat(unrecovered.since()).isEqualTo(900);
  }
}
