package io.thermograd.simulator.scenario;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.train.BatchSampler;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Shuffled epochs up to a step, and from then on the examples class by class, again and again: what
 * a shuffle buffer that has run empty does to sorted files.
 */
final class ClassByClass implements BatchSampler {
  private final BatchSampler shuffled;
  private final long from;
  private final int[] order;
  private long step;
  private int used;

  /**
   * @param from first step that is not shuffled
   */
  ClassByClass(BatchSampler shuffled, Dataset data, long from) {
    this.shuffled = shuffled;
    this.from = from;
    Integer[] sorted = new Integer[data.size()];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(sorted, Comparator.comparingInt(data::label));
    this.order = Arrays.stream(sorted).mapToInt(Integer::intValue).toArray();
  }

  @Override
  public void next(int[] batch) {
    if (step++ < from) {
      shuffled.next(batch);
      return;
    }
    if (order.length - used < batch.length) {
      used = 0;
    }
    System.arraycopy(order, used, batch, 0, batch.length);
    used += batch.length;
  }
}
