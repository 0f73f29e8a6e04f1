package io.thermograd.simulator.data;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;

/**
 * A data set divided into what a model trains on and what it never sees.
 *
 * @param test may be empty
 */
public record Split(Dataset train, Dataset test) {
  private static final long PURPOSE = 0x53504C4954L;

  /**
   * Holds back {@code testSize} examples drawn without replacement. The seed alone decides which;
   * both parts keep the data set's order.
   */
  public static Split of(Dataset data, int testSize, long seed) {
    if (testSize < 0 || testSize >= data.size()) {
      throw new IllegalArgumentException(
          "test size should be in 0..%d: was %d".formatted(data.size() - 1, testSize));
    }
    int[] order = new int[data.size()];
    Arrays.setAll(order, i -> i);
    SplitMix64.stream(seed, PURPOSE).shuffle(order);
    int[] test = Arrays.copyOf(order, testSize);
    int[] train = Arrays.copyOfRange(order, testSize, order.length);
    Arrays.sort(test);
    Arrays.sort(train);
    return new Split(data.select(train), data.select(test));
  }
}
