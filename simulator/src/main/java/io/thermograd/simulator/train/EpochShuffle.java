package io.thermograd.simulator.train;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;

/** See {@link SamplingScheme#WITHOUT_REPLACEMENT}. */
final class EpochShuffle implements BatchSampler {
  private final SplitMix64 random;
  private final int[] order;
  private int used;

  EpochShuffle(int n, SplitMix64 random) {
    this.random = random;
    this.order = new int[n];
    Arrays.setAll(order, i -> i);
    this.used = n;
  }

  @Override
  public void next(int[] batch) {
    if (batch.length > order.length) {
      throw new IllegalArgumentException(
          "batch size should be at most the data set's %d examples: was %d"
              .formatted(order.length, batch.length));
    }
    if (order.length - used < batch.length) {
      random.shuffle(order);
      used = 0;
    }
    System.arraycopy(order, used, batch, 0, batch.length);
    used += batch.length;
  }
}
