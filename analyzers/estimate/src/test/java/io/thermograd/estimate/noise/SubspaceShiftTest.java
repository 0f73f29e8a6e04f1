package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SubspaceShiftTest {

  @Test
  void aMillionBlocksWithoutAShiftRaiseNoAlarm() {
    SplittableRandom random = new SplittableRandom(1);
    SubspaceShift shift = new SubspaceShift();
    for (int b = 0; b < 1_000_000; b++) {
      assertThat(shift.accept(0.2 + 0.3 * random.nextDouble())).isFalse();
    }
  }

  @Test
  void aFallIsSeenWithinAFewBlocksAndOnce() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      SubspaceShift shift = new SubspaceShift();
      for (int b = 0; b < 100; b++) {
        assertThat(shift.accept(0.5 + 0.1 * random.nextGaussian())).isFalse();
      }
      int seen = -1;
      for (int b = 0; b < 300; b++) {
        // What is left falls, then is learnt anew.
        double mean = Math.min(0.5, 0.05 + b * 0.01);
        if (shift.accept(Math.max(0, mean + 0.1 * random.nextGaussian()))) {
          assertThat(seen).isEqualTo(-1);
          seen = b;
        }
      }
      assertThat(seen).isBetween(2, 20);
    }
  }

  @Test
  void aRiseIsNone() {
    SubspaceShift shift = new SubspaceShift();
    for (int b = 0; b < 500; b++) {
      assertThat(shift.accept(Math.min(0.9, 0.01 * b))).isFalse();
    }
    assertThat(shift.accept(Double.NaN)).isFalse();
  }
}
