package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Labels whose law is known: Markov chains, and what looks like them but has a memory. */
class ValidityTest {
  private static final int POINTS = 2_000;
  private static final int RUNS = 200;
  private static final Temperature HEAT = new Temperature(1, 1, 1);

  private static Trail trail(IntUnaryOperator label) {
    Trail trail = new Trail(1);
    for (int p = 0; p < POINTS; p++) {
      trail.keep(new double[1], 0, p, p, HEAT);
      trail.setBasin(p, label.applyAsInt(p));
    }
    return trail;
  }

  /** A chain of states with these probabilities to leave, and equal ones of where to. */
  private static IntUnaryOperator chain(long seed, int[] name, double... leaves) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] state = {0};
    return p -> {
      if (random.nextDouble() < leaves[state[0]]) {
        state[0] = (state[0] + 1 + random.nextInt(leaves.length - 1)) % leaves.length;
      }
      return name[state[0]];
    };
  }

  private static int rejected(int basins, LongFunction<IntUnaryOperator> of) {
    int rejected = 0;
    for (long seed = 1; seed <= RUNS; seed++) {
      rejected += Validity.of(trail(of.apply(seed)), basins).passed() ? 0 : 1;
    }
    return rejected;
  }

  @Test
  void markovChainsPass() {
    assertThat(rejected(2, s -> chain(s, new int[] {1, 2}, 0.02, 0.05))).isLessThanOrEqualTo(2);
    assertThat(rejected(3, s -> chain(s, new int[] {1, 2, 3}, 0.02, 0.05, 0.1)))
        .isLessThanOrEqualTo(2);
  }

  /** A clock: after half a period it is elsewhere for sure, after a whole one it is back. */
  @Test
  void staysOfOneLengthAreNoMarkovChain() {
    Validity validity = Validity.of(trail(p -> 1 + p / 40 % 2), 2);
    assertThat(validity.passed()).isFalse();
    assertThat(validity.worst()).isGreaterThan(3);
    assertThat(validity.lag()).isEqualTo(10);
  }

  /** A chain whose state is misread in one point of ten: it comes back sooner than it may. */
  @Test
  void namesThatFlickerAreNoMarkovChain() {
    assertThat(rejected(2, s -> misread(chain(s, new int[] {1, 2}, 0.01, 0.01), s)))
        .isGreaterThanOrEqualTo(RUNS - 2);
  }

  private static IntUnaryOperator misread(IntUnaryOperator state, long seed) {
    SplittableRandom random = new SplittableRandom(-seed);
    return p -> {
      int is = state.applyAsInt(p);
      return random.nextDouble() < 0.1 ? 3 - is : is;
    };
  }

  @Test
  void aNewTrailSaysNothing() {
    assertThat(Validity.NONE.passed()).isFalse();
  }
}
