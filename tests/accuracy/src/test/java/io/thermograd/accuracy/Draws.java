package io.thermograd.accuracy;

import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.train.BatchSampler;
import io.thermograd.simulator.train.SamplingScheme;
import java.util.Arrays;

/** How the steps at frozen parameters choose their examples. */
enum Draws {
  /** Independent draws. */
  WITH_REPLACEMENT("with replacement") {
    @Override
    BatchSampler sampler(int n, long seed) {
      return BatchSampler.of(SamplingScheme.WITH_REPLACEMENT, n, seed);
    }
  },

  /** Distinct examples within a step, every step drawn afresh. */
  DISTINCT("without replacement") {
    @Override
    BatchSampler sampler(int n, long seed) {
      SplitMix64 random = new SplitMix64(seed);
      int[] order = new int[n];
      Arrays.setAll(order, i -> i);
      return batch -> {
        for (int i = 0; i < batch.length; i++) {
          int j = i + random.nextInt(n - i);
          int drawn = order[j];
          order[j] = order[i];
          order[i] = drawn;
          batch[i] = drawn;
        }
      };
    }
  },

  /** Distinct examples within an epoch, as trainers do it: steps are not independent. */
  EPOCHS("shuffled epochs") {
    @Override
    BatchSampler sampler(int n, long seed) {
      return BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, n, seed);
    }
  };

  private final String words;

  Draws(String words) {
    this.words = words;
  }

  abstract BatchSampler sampler(int n, long seed);

  boolean distinct() {
    return this != WITH_REPLACEMENT;
  }

  @Override
  public String toString() {
    return words;
  }
}
