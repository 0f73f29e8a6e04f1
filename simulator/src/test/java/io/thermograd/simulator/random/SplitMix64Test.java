package io.thermograd.simulator.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SplitMix64Test {

  @Test
  void matchesTheReferenceImplementation() {
    // S. Vigna's splitmix64.c with x = 1234567.
    SplitMix64 random = new SplitMix64(1234567);
    long[] expected = {
      Long.parseUnsignedLong("6457827717110365317"),
      Long.parseUnsignedLong("3203168211198807973"),
      Long.parseUnsignedLong("9817491932198370423"),
      Long.parseUnsignedLong("4593380528125082431"),
      Long.parseUnsignedLong("16408922859458223821")
    };
    for (long value : expected) {
      assertThat(random.nextLong()).isEqualTo(value);
    }
  }

  @Test
  void boundedIntegersAreUniform() {
    SplitMix64 random = SplitMix64.stream(1, 2);
    int[] counts = new int[7];
    int n = 70_000;
    for (int i = 0; i < n; i++) {
      counts[random.nextInt(7)]++;
    }
    // Each count is binomial with sd √(n·(1/7)(6/7)) = 92.6; 5 sd.
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(c -> assertThat((double) c).isCloseTo(n / 7.0, within(463.0)));
  }

  @Test
  void gaussiansHaveTheMomentsOfTheStandardNormal() {
    SplitMix64 random = SplitMix64.stream(3, 4);
    int n = 200_000;
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      sum += x;
      squares += x * x;
      fourths += x * x * x * x;
    }
    // Standard errors 1/√n, √(2/n), √(96/n); 5 of each.
    assertThat(sum / n).isCloseTo(0, within(0.0112));
    assertThat(squares / n).isCloseTo(1, within(0.0159));
    assertThat(fourths / n).isCloseTo(3, within(0.11));
  }

  @Test
  void shufflesEveryOrderEquallyOften() {
    SplitMix64 random = SplitMix64.stream(5, 6);
    int[] counts = new int[6];
    int n = 60_000;
    for (int i = 0; i < n; i++) {
      int[] order = {0, 1, 2};
      random.shuffle(order);
      counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)]++;
    }
    // sd √(n·(1/6)(5/6)) = 91; 5 sd.
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(c -> assertThat((double) c).isCloseTo(10_000, within(457.0)));
  }

  @Test
  void streamsOfOneSeedDiffer() {
    assertThat(SplitMix64.stream(1, 1).nextLong()).isNotEqualTo(SplitMix64.stream(1, 2).nextLong());
    assertThat(SplitMix64.stream(1, 1).nextLong()).isNotEqualTo(SplitMix64.stream(2, 1).nextLong());
    assertThat(SplitMix64.stream(1, 1).nextLong()).isEqualTo(SplitMix64.stream(1, 1).nextLong());
  }

  @Test
  void namesABadBound() {
    assertThatThrownBy(() -> new SplitMix64(0).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bound should be positive: was 0");
  }
}
