package io.thermograd.simulator.train;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;

/** Chooses the examples of each step. Not thread-safe. */
public interface BatchSampler {

  /** Fills {@code batch} with the next step's examples, each in {0, …, n − 1}. */
  void next(int[] batch);

  /** The sampler of that scheme; n examples, everything else by the seed. */
  static BatchSampler of(SamplingScheme scheme, int n, long seed) {
    if (n < 1) {
      throw new IllegalArgumentException("data set size should be positive: was " + n);
    }
    SplitMix64 random = SplitMix64.stream(seed, 0x424154434853L);
    return switch (scheme) {
      case WITH_REPLACEMENT -> batch -> Arrays.setAll(batch, i -> random.nextInt(n));
      case WITHOUT_REPLACEMENT -> new EpochShuffle(n, random);
    };
  }
}
