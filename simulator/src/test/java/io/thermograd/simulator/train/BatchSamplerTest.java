package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BatchSamplerTest {

  @Test
  void anEpochShowsEveryExampleAtMostOnceAndSkipsTheRest() {
    BatchSampler sampler = BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, 10, 1);
    for (int epoch = 0; epoch < 50; epoch++) {
      int[] first = new int[4];
      int[] second = new int[4];
      sampler.next(first);
      sampler.next(second);
      int[] seen = concat(first, second);
      assertThat(seen).doesNotHaveDuplicates();
      assertThat(Arrays.stream(seen).boxed()).allMatch(i -> i >= 0 && i < 10);
    }
  }

  @Test
  void everyStepIsAUniformDrawOfDistinctExamplesInUniformOrder() {
    BatchSampler sampler = BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, 5, 2);
    int[] counts = new int[25];
    int steps = 40_000;
    int[] batch = new int[2];
    for (int i = 0; i < steps; i++) {
      sampler.next(batch);
      counts[batch[0] * 5 + batch[1]]++;
    }
    for (int pair = 0; pair < 25; pair++) {
      boolean distinct = pair / 5 != pair % 5;
      // 20 ordered pairs, each with sd below √(40,000/20) = 45 times the pairing of steps; 6 sd.
      assertThat((double) counts[pair])
          .isCloseTo(distinct ? steps / 20.0 : 0, within(distinct ? 270.0 : 0.0));
    }
  }

  @Test
  void withReplacementAStepMayRepeatAnExample() {
    BatchSampler sampler = BatchSampler.of(SamplingScheme.WITH_REPLACEMENT, 5, 3);
    int repeats = 0;
    int steps = 20_000;
    int[] batch = new int[2];
    for (int i = 0; i < steps; i++) {
      sampler.next(batch);
      repeats += batch[0] == batch[1] ? 1 : 0;
    }
    // Binomial with p = 1/5: sd 57; 5 sd.
    assertThat((double) repeats).isCloseTo(steps / 5.0, within(283.0));
  }

  @Test
  void followsTheSeed() {
    for (SamplingScheme scheme : SamplingScheme.values()) {
      assertThat(batches(scheme, 4)).isEqualTo(batches(scheme, 4)).isNotEqualTo(batches(scheme, 5));
    }
  }

  @Test
  void namesABatchThatCannotBeDrawn() {
    BatchSampler sampler = BatchSampler.of(SamplingScheme.WITHOUT_REPLACEMENT, 5, 3);
    assertThatThrownBy(() -> sampler.next(new int[6]))
        .hasMessage("batch size should be at most the data set's 5 examples: was 6");
    assertThatThrownBy(() -> BatchSampler.of(SamplingScheme.WITH_REPLACEMENT, 0, 3))
        .hasMessage("data set size should be positive: was 0");
  }

  private static String batches(SamplingScheme scheme, long seed) {
    BatchSampler sampler = BatchSampler.of(scheme, 100, seed);
    StringBuilder all = new StringBuilder();
    int[] batch = new int[30];
    for (int i = 0; i < 5; i++) {
      sampler.next(batch);
      all.append(Arrays.toString(batch));
    }
    return all.toString();
  }

  private static int[] concat(int[] a, int[] b) {
    int[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
