package io.thermograd.simulator.data;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Wrong labels: an example that is hit gets one of the other classes, each equally likely.
 *
 * @param fraction of the examples that are hit, in [0, 1]
 */
public record LabelNoise(double fraction) {
  private static final long FLIP = 0x464C4950L;
  private static final long FRESH = 0x4652455348L;

  public LabelNoise {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction should be in [0, 1]: was " + fraction);
    }
  }

  /** The data with round(fraction·n) labels wrong, once and for all. */
  public Dataset flip(Dataset data, long seed) {
    SplitMix64 random = SplitMix64.stream(seed, FLIP);
    int[] order = new int[data.size()];
    Arrays.setAll(order, i -> i);
    random.shuffle(order);
    int[] labels = new int[data.size()];
    Arrays.setAll(labels, data::label);
    long hit = Math.round(fraction * data.size());
    for (int i = 0; i < hit; i++) {
      labels[order[i]] = other(labels[order[i]], data.classes(), random);
    }
    return data.withLabels(labels);
  }

  /**
   * A label for an example, drawn anew at every call: what an example is trained towards in SGD
   * with label noise. Not thread-safe.
   */
  public IntUnaryOperator fresh(Dataset data, long seed) {
    SplitMix64 random = SplitMix64.stream(seed, FRESH);
    return example -> {
      int label = data.label(example);
      return random.nextDouble() < fraction ? other(label, data.classes(), random) : label;
    };
  }

  private static int other(int label, int classes, SplitMix64 random) {
    int drawn = random.nextInt(classes - 1);
    return drawn < label ? drawn : drawn + 1;
  }
}
